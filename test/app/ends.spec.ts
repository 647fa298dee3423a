import assert from "node:assert/strict";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import type { Operation } from "../../providers/lib/state/index.ts";
import { freshDisk, FROM, processOn, TO, type Disk } from "./fakeHost.ts";

/** How an upgrade ends that was interrupted at one failpoint, and the recovery after it; what runs, and what is left. */
type End = string;

/** The names of the failpoints in order: the call, and which of its points. */
async function failpoints(disk: Disk): Promise<string[]> {
  const { host, passed } = processOn(disk);
  const names: string[] = [];
  const named = Object.fromEntries(
    Object.entries(host).map(([method, value]) => {
      if (typeof value !== "function") return [method, value];
      const call = async (...given: unknown[]) => {
        const before = passed();
        const step = method === "writeStep" ? ` ${String(given[1])}` : "";
        try {
          return await (value as (...all: unknown[]) => unknown)(...given);
        } finally {
          for (let at = before; at < passed(); at++) names[at] = `${method}${step} ${at - before + 1}`;
        }
      };
      return [method, method === "log" || method === "mask" ? value : call];
    }),
  ) as unknown as UpgradeHost;
  await upgrade(named, { from: FROM, to: TO }).catch(() => undefined);
  return names;
}

async function endAt(disk: Disk, at: number, fate: "kill" | "fail"): Promise<End> {
  const process = processOn(disk, new Map([[at, fate]]));
  const error: Error | undefined = await upgrade(process.host, { from: FROM, to: TO }).then(
    () => undefined,
    (each: Error) => each,
  );
  const recovered = await recover(processOn(disk).host).catch((each: Error) => each.name);
  const open = disk.operation === undefined ? "" : `, open at ${(JSON.parse(disk.operation) as Operation).step}`;
  const rejected = disk.rejected[TO] === undefined ? "" : ", rejected";
  const left = [
    disk.guarded && ", guarded",
    disk.maintenance !== undefined && ", maintained",
    disk.cleanUpDue && ", due",
  ];
  const runs = { [FROM]: "FROM", [TO]: "TO" }[disk.deployed ?? ""] ?? "none";
  return `${error?.name ?? "no error"}, ${recovered}, ${runs}${rejected}${open}${left.filter(Boolean).join("")}`;
}

/** The ends change at these failpoints, and nowhere else. */
async function ends(good: string[], fate: "kill" | "fail"): Promise<[failpoint: string, end: End][]> {
  const names = await failpoints(freshDisk({ good }));
  const found: [string, End][] = [];
  for (const [index, name] of names.entries()) {
    const end = await endAt(freshDisk({ good }), index + 1, fate);
    if (found.at(-1)?.[1] !== end) found.push([name, end]);
  }
  return found;
}

describe("each failpoint of an upgrade has one end", () => {
  it("F1, P6: of a good release, killed: undone until its gate is recorded, then finished", async () => {
    assert.deepEqual(await ends([FROM, TO], "kill"), [
      ["begin 1", "Killed, nothing, FROM"],
      ["begin 3", "Killed, undone, FROM"],
      ["writeStep gate 3", "Killed, finished, TO"],
      ["close 3", "Killed, nothing, TO"],
    ]);
  });

  it("F1, P6, P7: of a broken release, killed: undone, and rejected once it failed at its gate", async () => {
    assert.deepEqual(await ends([FROM], "kill"), [
      ["begin 1", "Killed, nothing, FROM"],
      ["begin 3", "Killed, undone, FROM"],
      ["writeStep diagnostics 3", "Killed, undone, FROM, rejected"],
      ["close 3", "Killed, nothing, FROM, rejected"],
    ]);
  });

  it("P4, P6, P7: of a good release, failing: refused, undone, or finished by the next pass; never broken", async () => {
    // Left open: whether a journal that can't be written at these two steps also rejects the release.
    assert.deepEqual(
      (await ends([FROM, TO], "fail")).filter(([name]) => !/^writeStep (?:deploy|gate)/.test(name)),
      [
        ["begin 1", "Injected, nothing, FROM"],
        ["begin 3", "Injected, undone, FROM"],
        ["writeStep preflight 1", "PreflightError, nothing, FROM"],
        ["writeStep prepare 1", "UpgradeError, nothing, FROM"],
        ["gate 1", "InconclusiveError, finished, TO"],
        ["writeStep commit 1", "Injected, finished, TO"],
        // A clean-up decides nothing, and is tried again.
        ["removeReplacedData 1", "no error, nothing, TO"],
        ["releaseMaintenance 1", "Injected, finished, TO"],
        ["close 3", "Injected, nothing, TO"],
      ],
    );
  });

  it("P4, P7, P10: of a broken release, failing: broken from its rollback on, at the step that the journal has", async () => {
    const broken = (runs: string, step: string) =>
      `BrokenError, BrokenError, ${runs}, rejected, open at ${step}, guarded, maintained`;
    assert.deepEqual(
      (await ends([FROM], "fail")).filter(([name]) => !/^writeStep (?:deploy|gate)/.test(name)),
      [
        ["begin 1", "Injected, nothing, FROM"],
        ["begin 3", "Injected, undone, FROM"],
        ["writeStep preflight 1", "PreflightError, nothing, FROM"],
        ["writeStep prepare 1", "UpgradeError, nothing, FROM"],
        ["gate 1", "InconclusiveError, undone, FROM"],
        // Without its guards the rollback goes on.
        ["guard 1", "UpgradeError, nothing, FROM, rejected"],
        ["writeStep diagnostics 1", broken("TO", "gate")],
        ["captureDiagnostics 1", "UpgradeError, nothing, FROM, rejected"],
        ["writeStep verify 1", broken("TO", "diagnostics")],
        ["writeStep undeploy 1", broken("TO", "verify")],
        ["stop 1", broken("TO", "undeploy")],
        ["stop 3", broken("none", "undeploy")],
        ["restore 1", broken("none", "restore")],
        ["restoreEnv 1", broken("none", "redeploy")],
        ["deploy 2", broken("FROM", "redeploy")],
        ["gate 1", "InconclusiveError, undone, FROM, rejected"],
        ["writeStep finalize 1", broken("FROM", "verifyRollback")],
        ["reject 1", broken("FROM", "finalize")],
        ["removeReplacedData 1", "UpgradeError, nothing, FROM, rejected"],
        ["releaseMaintenance 1", "Injected, undone, FROM, rejected"],
        ["close 3", "Injected, nothing, FROM, rejected"],
      ],
    );
  });
});
