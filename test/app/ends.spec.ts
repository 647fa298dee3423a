import assert from "node:assert/strict";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import type { Operation } from "../../providers/lib/state/index.ts";
import { freshDisk, FROM, processOn, TO, type Disk } from "./fakeHost.ts";

/** How an upgrade ends that was interrupted at one failpoint, and the recovery after it. */
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
  return `${error?.name ?? "no error"}, ${recovered}, ${disk.deployed === TO ? "TO" : "FROM"}${rejected}${open}`;
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
        ["close 3", "Injected, nothing, TO"],
      ],
    );
  });
});
