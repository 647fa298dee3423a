import assert from "node:assert/strict";
import { BrokenError, PreflightError, ReleaseFault, UpgradeError } from "../../providers/app/errors.ts";
import { accept, retry } from "../../providers/app/manualRecovery.ts";
import { runRollback } from "../../providers/app/rollback.ts";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { InconclusiveError } from "../../providers/lib/health/index.ts";
import type { Operation } from "../../providers/lib/state/index.ts";
import { freshDisk, FROM, processOn, TO, type Disk } from "./fakeHost.ts";

const plan = { from: FROM, to: TO };
const failure = new Error("docker: The swarm does not have a leader.");
const journal = (disk: Disk): Operation => JSON.parse(disk.operation!) as Operation;
/** The host whose looks at the app fail. */
const blind = (disk: Disk) => ({ ...processOn(disk).host, gate: () => Promise.reject(failure) });

describe("a look that fails", () => {
  it("at the gate proves nothing against the release: it stays, isn't rejected, and is checked again", async () => {
    const disk = freshDisk();
    await assert.rejects(upgrade(blind(disk), plan), {
      name: "InconclusiveError",
      message: `app at ${TO}: health could not be determined: ${failure.message}`,
    });
    assert.deepEqual([disk.deployed, disk.rejected, journal(disk).step], [TO, {}, "gate"]);
    await assert.rejects(recover(blind(disk)), InconclusiveError);
    assert.equal(disk.deployed, TO);
    assert.equal(await recover(processOn(disk).host), "finished");
    assert.deepEqual([disk.lastGood, disk.operation], [TO, undefined]);
  });

  it("at the end of a rollback doesn't make the app broken", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host } = processOn(disk);
    const halfBlind = {
      ...host,
      gate: (version: string) => (version === TO ? host.gate(TO, {}, undefined) : Promise.reject(failure)),
    };
    await assert.rejects(upgrade(halfBlind, plan), InconclusiveError);
    assert.deepEqual([journal(disk).step, journal(disk).broken], ["verifyRollback", undefined]);
    assert.equal(await recover(processOn(disk).host), "undone");
    assert.deepEqual([disk.deployed, disk.lastGood, Object.keys(disk.rejected)], [FROM, FROM, [TO]]);
  });

  it("of an operator's accept or retry decides nothing", async () => {
    const disk = freshDisk({ good: [] });
    await assert.rejects(upgrade(processOn(disk).host, plan), BrokenError);
    await assert.rejects(accept(blind(disk)), InconclusiveError);
    assert.ok(journal(disk).broken, "still broken");
    await assert.rejects(retry(blind(disk)), InconclusiveError);
    assert.deepEqual([journal(disk).broken, journal(disk).step], [undefined, "verifyRollback"]);
    assert.equal(disk.lastGood, FROM);
  });

  it("makes the app broken a day after the first one, however often it is repeated until then", async () => {
    const disk = freshDisk();
    const hoursPass = (hours: number) => {
      const { undecided, ...operation } = journal(disk);
      const at = undecided!.at - hours * 3_600_000;
      disk.operation = JSON.stringify({ ...operation, undecided: { ...undecided, at } });
    };
    await assert.rejects(upgrade(blind(disk), plan), InconclusiveError);
    hoursPass(23);
    for (let attempt = 1; attempt < 6; attempt++) await assert.rejects(recover(blind(disk)), InconclusiveError);
    assert.equal(journal(disk).broken, undefined);
    hoursPass(1);
    await assert.rejects(recover(blind(disk)), BrokenError);
    assert.deepEqual([disk.deployed, disk.rejected, journal(disk).step], [TO, {}, "gate"]);
  });
});

describe("diagnostics that can't be written", () => {
  const mute = (disk: Disk) => {
    const lines: string[] = [];
    const { host } = processOn(disk);
    const failing = {
      ...host,
      log: (line: string) => void lines.push(line),
      captureDiagnostics: () => Promise.reject(new Error("no space left on device")),
    };
    return { host: failing, lines };
  };

  it("stop no rollback: the app runs again, the release is rejected, and the alert has no folder", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host, lines } = mute(disk);
    await assert.rejects(upgrade(host, plan), UpgradeError);
    assert.deepEqual([disk.deployed, disk.operation, Object.keys(disk.rejected)], [FROM, undefined, [TO]]);
    assert.deepEqual(
      Object.values(disk.alerts).map(({ recovered, diagnostics }) => [recovered, diagnostics]),
      [[true, undefined]],
    );
    assert.ok(lines.includes("app: diagnostics can't be written: no space left on device"), lines.join("\n"));
  });

  it("don't keep a release from being rejected in preflight", async () => {
    const disk = freshDisk();
    const { host, lines } = mute(disk);
    const refusing = { ...host, preflight: () => Promise.reject(new ReleaseFault("R009")) };
    await assert.rejects(upgrade(refusing, plan), PreflightError);
    assert.deepEqual(disk.rejected, { [TO]: "R009" });
    assert.ok(lines.includes("app: diagnostics can't be written: no space left on device"), lines.join("\n"));
  });
});

describe("a changed .env", () => {
  const same = { from: FROM, to: FROM };

  it("P7: that preflight refuses as a release's fault doesn't reject the version that runs", async () => {
    const disk = freshDisk();
    const { host, did } = processOn(disk);
    const refusing = { ...host, preflight: () => Promise.reject(new ReleaseFault("its compose files don't load")) };
    await assert.rejects(upgrade(refusing, same), PreflightError);
    assert.deepEqual(disk.rejected, {});
    assert.ok(!did.includes("diagnostics"));
    const [alert] = Object.values(disk.alerts);
    assert.equal(alert?.todo, "fix what is named; the next up retries");
  });

  it("P7: that makes the app unhealthy is undone, and doesn't reject the version that runs", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    let looked = 0;
    const once = {
      ...host,
      gate: (...seen: Parameters<typeof host.gate>) =>
        (looked += 1) === 1 ? Promise.resolve({ health: "unhealthy" as const, why: "HTTP 503" }) : host.gate(...seen),
    };
    await assert.rejects(upgrade(once, same), UpgradeError);
    assert.deepEqual([disk.rejected, disk.deployed, disk.operation], [{}, FROM, undefined]);
    const [alert] = Object.values(disk.alerts);
    assert.equal(alert?.todo, `nothing: ${FROM} runs as before; the next up retries`);
  });
});

describe("a rollback", () => {
  it("begins only at a step of its own", async () => {
    const disk = freshDisk();
    const { host, did } = processOn(disk);
    const operation = await host.begin(plan);
    await assert.rejects(runRollback(host, operation, "gate"), { message: "app: gate is not a step of a rollback" });
    assert.deepEqual(did, ["begin"]);
  });
});
