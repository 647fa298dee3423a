import assert from "node:assert/strict";
import fc from "fast-check";
import { BrokenError, PreflightError, ReleaseFault, UpgradeError } from "../../providers/app/errors.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import { retry } from "../../providers/app/manualRecovery.ts";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { copies, freshDisk, FROM, Injected, Killed, processOn, prune, TO, type Disk, type Plan } from "./fakeHost.ts";
import { ProgramError } from "../../providers/lib/process/index.ts";
import { InconclusiveError } from "../../providers/lib/health/index.ts";
import type { Operation } from "../../providers/lib/state/index.ts";

const long = process.argv.includes("--long");
const plan = { from: FROM, to: TO };
const original = freshDisk().data!;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Runs `work` to its end. A kill ends the process, not the spec. */
async function end(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Killed) return error;
      return error ?? new Error("nothing was thrown");
    },
  );
}

const operationOn = (disk: Disk) => JSON.parse(disk.operation!) as Operation;

/** Moves the start of the open step `hours` into the past. */
function startedBefore(disk: Disk, hours: number): void {
  const stepStartedAt = new Date(Date.now() - hours * HOUR).toISOString();
  disk.operation = JSON.stringify({ ...operationOn(disk), stepStartedAt });
}

/** Lets `hours` pass on the running host since the last inconclusive verdict. */
function hoursPass(disk: Disk, hours: number): void {
  const { undecided, ...operation } = operationOn(disk);
  assert.ok(undecided, "no inconclusive verdict is recorded");
  disk.operation = JSON.stringify({ ...operation, undecided: { ...undecided, at: undecided.at - hours * HOUR } });
}

const HOUR = 3_600_000;

/** Invariants after any interruption. */
function always(disk: Disk): void {
  assert.ok(
    copies(disk).some(data => same(data.rows.slice(0, original.rows.length), original.rows)),
    "P5: the data is nowhere any more",
  );
}

/** Invariants once recovery has ended without a person. */
function atRest(disk: Disk, { to = true } = {}): void {
  assert.equal(disk.operation, undefined, "an operation is left");
  assert.equal(disk.maintenance, undefined, "maintenance is left");
  assert.ok(disk.deployed === FROM || (to && disk.deployed === TO), `${disk.deployed} runs`);
  assert.ok(disk.good.includes(disk.deployed!), "what runs isn't healthy");
  assert.equal(disk.lastGood, disk.deployed, "last good isn't what runs");
  if (disk.deployed === FROM) assert.deepEqual(disk.data, original, "P4: the data isn't as it was");
  else assert.deepEqual(disk.data, { schema: TO, rows: [...original.rows, `migrated to ${TO}`] });
  assert.deepEqual([disk.beside, disk.setAside, disk.cleanUpDue], [{}, {}, false], "an old volume is left");
  assert.deepEqual(disk.keptEnv, {}, "a kept .env is left");
  if (disk.deployed === FROM) assert.equal(disk.brought, undefined, "the new version's own volume is left");
  assert.ok(!disk.guarded, "a guard is left");
  assert.equal(disk.env.includes("NEW=1"), disk.deployed === TO, "the .env is another version's");
  assert.ok(disk.env.startsWith(`TYPE=${disk.deployed}`));
}

describe("an upgrade", () => {
  it("runs its steps in order, each recorded before it starts", async () => {
    const disk = freshDisk();
    const { host, did } = processOn(disk);
    await upgrade(host, plan);
    const steps =
      "begin,note preflight,preflight,note drain,drain,note prepare,prepare,guard,note stop,stop,note snapshot,snapshot";
    assert.equal(did.join(), `${steps},note deploy,deploy ${TO},note gate,note commit,commit,forget,giveBack,close`);
    atRest(disk);
    assert.equal(disk.deployed, TO);
    assert.deepEqual(disk.alerts, {});
  });

  it("of a stateless app undeploys nothing", async () => {
    const disk = freshDisk({ stateful: false });
    const { host, did } = processOn(disk);
    await upgrade(host, plan);
    assert.ok(!did.includes("stop") && !did.includes("snapshot"));
    assert.equal(disk.lastGood, TO);
  });

  it("F9: whose changed .env Swarm rolls back is undone, although the same version runs", async () => {
    const disk = freshDisk({ stateful: false, rollsBack: true });
    await assert.rejects(upgrade(processOn(disk).host, { from: FROM, to: FROM }), {
      message: `app: app at ${FROM} isn't healthy: Swarm rolled app back; ${FROM} runs again`,
    });
    atRest(disk, { to: false });
    assert.deepEqual(disk.rejected, {});
  });

  it("F9, P6: that Swarm rolled back while hearth was interrupted at the gate is undone", async () => {
    const disk = freshDisk({ stateful: false, rollsBack: true });
    const { host } = processOn(disk);
    await assert.rejects(
      upgrade({ ...host, gate: () => Promise.reject(new Killed("gate")) }, { from: FROM, to: FROM }),
    );
    assert.equal((await host.operation())?.step, "gate");
    assert.equal(await recover(processOn(disk).host), "undone");
    atRest(disk, { to: false });
  });

  it("isn't failed by a rollback from before its deploy", async () => {
    const disk = freshDisk({ stateful: false, rollbacks: { app: "an operator's update" } });
    await upgrade(processOn(disk).host, plan);
    assert.equal(disk.lastGood, TO);
  });

  it("F9, P4, P10: that never becomes healthy is rolled back with its data, rejected, and alerted once", async () => {
    const disk = freshDisk({ good: [FROM] });
    await assert.rejects(upgrade(processOn(disk).host, plan), {
      name: "UpgradeError",
      message: `app: app at ${TO} isn't healthy: HTTP 503; ${FROM} runs again, with the data it had`,
    });
    atRest(disk, { to: false });
    assert.deepEqual(Object.keys(disk.rejected), [TO]);
    assert.deepEqual(
      Object.values(disk.alerts).map(({ severity, recovered, attempted, diagnostics }) => ({
        severity,
        recovered,
        attempted,
        diagnostics,
      })),
      [{ severity: "warning", recovered: true, attempted: TO, diagnostics: "/failures/1" }],
    );
  });

  it("F8: that preflight rejects changes nothing", async () => {
    const disk = freshDisk();
    const { host, did } = processOn(disk);
    const refusing = {
      ...host,
      preflight: () => Promise.reject(new ReleaseFault("its compose files don't load (R009)")),
    };
    await assert.rejects(upgrade(refusing, plan), PreflightError);
    assert.deepEqual(did, ["begin", "note preflight", "giveBack", "close", "diagnostics", "reject"]);
    assert.match(disk.rejected[TO]!, /R009/);
    assert.equal(Object.keys(disk.alerts).length, 1);
  });

  it("F3, F12: that preflight refuses for the host's sake changes nothing, and isn't rejected", async () => {
    const disk = freshDisk();
    const refusing = {
      ...processOn(disk).host,
      preflight: () => Promise.reject(new PreflightError("its image can't be pulled")),
    };
    await assert.rejects(upgrade(refusing, plan), PreflightError);
    assert.deepEqual(disk.rejected, {});
    atRest(disk, { to: false });
  });

  for (const step of ["stop", "snapshot"] as const) {
    it(`F4, F6, F14: whose ${step} fails is undone without rejecting the version`, async () => {
      const disk = freshDisk();
      const { host, did } = processOn(disk);
      const failing = { ...host, [step]: () => Promise.reject(new Error("no space left on device")) };
      await assert.rejects(upgrade(failing, plan), UpgradeError);
      assert.ok(!did.includes("restore"), "never an older snapshot over newer data");
      atRest(disk, { to: false });
      assert.deepEqual(disk.rejected, {});
    });
  }

  it("F13, P10: whose rollback fails is broken: a critical alert, nothing deleted, no further attempt", async () => {
    const disk = freshDisk({ good: [] });
    await assert.rejects(upgrade(processOn(disk).host, plan), BrokenError);
    assert.equal(Object.values(disk.alerts).at(-1)?.severity, "critical");
    assert.ok(copies(disk).some(data => same(data, original)));
    const { host, did } = processOn(disk);
    await assert.rejects(recover(host), BrokenError);
    assert.deepEqual(did, ["guard"], "only guards that are missing start");
  });

  it("F48, P5, P10: whose snapshot was damaged meanwhile stays as it is, broken; the alert has a command for each", async () => {
    const disk = freshDisk({ good: [FROM], snapshots: { older: { data: original, whole: true } } });
    const { host, did } = processOn(disk);
    const damaging: typeof host = {
      ...host,
      gate: (...args) => {
        disk.snapshots["op-1"]!.whole = false;
        return host.gate(...args);
      },
    };
    await assert.rejects(upgrade(damaging, plan), BrokenError);
    assert.equal(did.lastIndexOf("stop"), did.indexOf("stop"), "stopped for a restore that can't succeed");
    assert.equal(disk.deployed, TO);
    const { severity, why, todo } = Object.values(disk.alerts).at(-1)!;
    assert.equal(severity, "critical");
    assert.match(why, /snapshot op-1 is damaged: its sum differs; intact is the one of older .*restore app --previous/);
    assert.match(
      todo,
      /hearth restore app --previous: .*hearth retry app --keep-data: .*hearth accept app: .*hearth retry app: /,
    );
    await assert.rejects(recover(processOn(disk).host), BrokenError);
    assert.equal(disk.deployed, TO);
  });

  for (const good of [[FROM, TO], [FROM]])
    it(`F57: isn't broken if the data that it replaced can't be removed, and ${good.at(-1)} runs: tried again`, async () => {
      const disk = freshDisk({ good, stuck: true });
      const outcome = await end(upgrade(processOn(disk).host, plan));
      assert.ok(!(outcome instanceof BrokenError), String(outcome));
      assert.deepEqual([disk.deployed, disk.lastGood, disk.operation], [good.at(-1), good.at(-1), undefined]);
      assert.ok(disk.cleanUpDue);
      const alerts = Object.values(disk.alerts).filter(({ key }) => key.startsWith("clean-up"));
      assert.deepEqual(
        alerts.map(({ severity, recovered }) => [severity, recovered]),
        [["warning", true]],
      );
      assert.equal(await recover(processOn(disk).host), "nothing");
      assert.ok(disk.cleanUpDue, "still due while it can't be removed");
      disk.stuck = false;
      assert.equal(await recover(processOn(disk).host), "nothing");
      atRest(disk);
    });

  it("P4: leaves nothing of a volume that only the failed version has to its next attempt", async () => {
    const disk = freshDisk({ good: [FROM] });
    await assert.rejects(upgrade(processOn(disk).host, plan), UpgradeError);
    atRest(disk, { to: false });
    disk.good = [FROM, TO];
    await upgrade(processOn(disk).host, plan);
    assert.equal(disk.brought, "op-2");
    atRest(disk);
  });

  it("stays at its gate if health is inconclusive, undoes nothing, and is checked again", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    const away = {
      ...host,
      gate: () => Promise.resolve({ health: "inconclusive" as const, why: "no answer (ECONNREFUSED)" }),
    };
    await assert.rejects(upgrade(away, plan), InconclusiveError);
    await assert.rejects(recover(away), InconclusiveError);
    assert.equal(disk.deployed, TO);
    assert.equal(Object.keys(disk.alerts).length, 1);
    assert.equal(await recover(processOn(disk).host), "finished");
    atRest(disk);
  });

  /** Its gate is always inconclusive. */
  const awayOn = (disk: Disk) => {
    const { host } = processOn(disk);
    const verdict = { health: "inconclusive" as const, why: "no answer (ECONNREFUSED)" };
    return { ...host, gate: () => Promise.resolve(verdict) };
  };

  it("is broken after an inconclusive day at its gate, which begins with the upgrade's own verdict", async () => {
    const disk = freshDisk();
    await assert.rejects(upgrade(awayOn(disk), plan), InconclusiveError);
    hoursPass(disk, 23);
    for (let attempt = 1; attempt <= 3; attempt++) await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    hoursPass(disk, 2);
    await assert.rejects(recover(awayOn(disk)), BrokenError);
    assert.equal(disk.deployed, TO, "and nothing was undone");
    assert.equal(
      operationOn(disk).broken?.why,
      `app at ${TO}: health could not be determined: no answer (ECONNREFUSED)`,
    );
  });

  it("takes three inconclusive recoveries too: a host that was suspended proves nothing", async () => {
    const disk = freshDisk();
    await assert.rejects(upgrade(awayOn(disk), plan), InconclusiveError);
    hoursPass(disk, 25);
    for (let attempt = 1; attempt < 3; attempt++) await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    await assert.rejects(recover(awayOn(disk)), BrokenError);
  });

  it("F58: isn't broken by the days before its first inconclusive verdict: the host was off at its gate", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    await assert.rejects(upgrade({ ...host, gate: () => Promise.reject(new Killed("gate")) }, plan));
    assert.equal(operationOn(disk).step, "gate");
    startedBefore(disk, 48);
    for (let attempt = 1; attempt <= 5; attempt++)
      await assert.rejects(recover(awayOn(disk)), InconclusiveError, `after ${attempt}`);
    hoursPass(disk, 25);
    await assert.rejects(recover(awayOn(disk)), BrokenError);
  });

  it("F58: isn't broken by the days that the host was off after an inconclusive verdict", async () => {
    const disk = freshDisk();
    await assert.rejects(upgrade(awayOn(disk), plan), InconclusiveError);
    for (let attempt = 1; attempt <= 5; attempt++) await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    hoursPass(disk, 48);
    const { undecided, ...operation } = operationOn(disk);
    disk.operation = JSON.stringify({ ...operation, undecided: { ...undecided, boot: "the boot before" } });
    await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    hoursPass(disk, 25);
    await assert.rejects(recover(awayOn(disk)), BrokenError, "a day of both boots");
  });

  it("isn't broken by many inconclusive answers within a day", async () => {
    const disk = freshDisk();
    await assert.rejects(upgrade(awayOn(disk), plan), InconclusiveError);
    for (let attempt = 1; attempt < 10; attempt++) await assert.rejects(recover(awayOn(disk)), InconclusiveError);
  });

  it("whose rollback stays inconclusive for a day is broken too, however often it was checked", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host } = processOn(disk);
    const back = {
      ...host,
      gate: (version: string) =>
        version === TO
          ? host.gate(version, {}, undefined)
          : Promise.resolve({ health: "inconclusive" as const, why: "no answer" }),
    };
    await assert.rejects(upgrade(back, plan), InconclusiveError);
    await assert.rejects(recover(back), InconclusiveError);
    hoursPass(disk, 25);
    await assert.rejects(recover(back), InconclusiveError);
    await assert.rejects(recover(back), BrokenError);
    assert.equal(operationOn(disk).step, "verifyRollback");
  });

  it("counts the day from the rollback's own verdict, not from the gate's that preceded it", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host } = processOn(disk);
    await assert.rejects(upgrade(awayOn(disk), plan), InconclusiveError);
    await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    await assert.rejects(recover(awayOn(disk)), InconclusiveError);
    hoursPass(disk, 25);
    const away = awayOn(disk);
    const back = { ...away, gate: (version: string) => (version === TO ? host.gate(TO, {}, undefined) : away.gate()) };
    await assert.rejects(recover(back), InconclusiveError);
    assert.equal(operationOn(disk).step, "verifyRollback");
    assert.ok((operationOn(disk).undecided?.ms ?? 0) < HOUR);
  });

  it("alerts and stays inconclusive although its journal can't be written then", async () => {
    const disk = freshDisk();
    const away = awayOn(disk);
    const full = {
      ...away,
      writeStep: (...[operation, step, changes]: Parameters<typeof away.writeStep>) =>
        changes?.undecided ? Promise.reject(new Error("no space left")) : away.writeStep(operation, step, changes),
    };
    await assert.rejects(upgrade(full, plan), InconclusiveError);
    assert.equal(Object.keys(disk.alerts).length, 1);
    assert.equal(await recover(processOn(disk).host), "finished");
  });

  it("F33: stops if another person deployed meanwhile, and undoes nothing", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    const meddled = {
      ...host,
      snapshot: async (operation: Parameters<typeof host.snapshot>[0]) => {
        await host.snapshot(operation);
        disk.deployed = "1.0.5+1";
      },
    };
    await assert.rejects(upgrade(meddled, plan), InconclusiveError);
    assert.equal(disk.deployed, "1.0.5+1");
    await assert.rejects(recover(processOn(disk).host), InconclusiveError);
    assert.equal(disk.deployed, "1.0.5+1");
  });
});

interface Played {
  readonly met: boolean;
  readonly outcome: unknown;
  readonly failed: readonly string[];
}

describe("an interrupted upgrade", function () {
  this.timeout(120_000);

  /** Runs a process for each of `plans`, then one without failures. */
  async function play(disk: Disk, first: Plan, ...rest: Plan[]): Promise<Played> {
    return playWhile(disk, () => undefined, first, ...rest);
  }

  /** Like `play`; `meanwhile` happens again and again. */
  async function playWhile(disk: Disk, meanwhile: () => void, first: Plan, ...rest: Plan[]): Promise<Played> {
    const one = processOn(disk, first, meanwhile);
    let outcome = await end(upgrade(one.host, plan));
    always(disk);
    const { failed } = one;
    const met = [...first.keys()].every(number => number <= one.passed());
    for (const next of rest) {
      meanwhile();
      outcome = await end(recover(processOn(disk, next, meanwhile).host));
      always(disk);
    }
    return { met, outcome, failed };
  }

  for (const release of ["good", "broken"] as const) {
    const host = () => freshDisk(release === "good" ? {} : { good: [FROM] });

    it(`F1, F2, P6: to a ${release} release, killed at any point, is finished or undone`, async () => {
      for (let at = 1; ; at++) {
        const disk = host();
        const { met } = await play(disk, new Map([[at, "kill"]]), new Map());
        if (!met) break;
        atRest(disk, { to: release === "good" });
        assert.ok(Object.keys(disk.alerts).length <= 1, "one alert at most");
      }
    });

    it(`F1, P6: to a ${release} release, killed twice at any two points, is finished or undone`, async () => {
      let pairs = 0;
      for (let at = 1; ; at++) {
        const probe = host();
        if (!(await play(probe, new Map([[at, "kill"]]))).met) break;
        for (let then = 1; ; then++) {
          const disk = host();
          await play(disk, new Map([[at, "kill"]]));
          const second = processOn(disk, new Map([[then, "kill"]]));
          const outcome = await end(recover(second.host));
          always(disk);
          if (!(outcome instanceof Killed)) break;
          await recover(processOn(disk).host);
          atRest(disk, { to: release === "good" });
          pairs += 1;
        }
      }
      assert.ok(pairs > 100, `${pairs} pairs`);
    });

    it(`F47, P5: to a ${release} release loses nothing if the host is pruned at any time, killed at any point or not`, async () => {
      for (let at = 1; ; at++) {
        const disk = host();
        const { met } = await playWhile(disk, () => prune(disk), new Map([[at, "kill"]]), new Map());
        atRest(disk, { to: release === "good" });
        assert.ok(disk.images.includes(disk.deployed!), "the image of what runs");
        if (!met) break;
      }
    });

    it(`P4, P5, P10: to a ${release} release, failing anywhere, is undone, or broken with an alert`, async () => {
      for (let at = 1; ; at++) {
        const disk = host();
        const { met, outcome, failed } = await play(disk, new Map([[at, "fail"]]));
        if (!met) break;
        if (outcome instanceof BrokenError) {
          assert.doesNotMatch(failed.join(), /forget/, "a failed clean-up decided");
          assert.ok(
            Object.values(disk.alerts).some(({ severity }) => severity === "critical"),
            `${at}`,
          );
          continue;
        }
        // The journal's write may have failed: the next pass finishes.
        await end(recover(processOn(disk).host));
        if (disk.operation === undefined) atRest(disk, { to: release === "good" });
        else
          assert.ok(
            (JSON.parse(disk.operation) as { broken?: object }).broken,
            `at ${at} an operation is left that nobody would end`,
          );
      }
    });
  }

  it("F48, P5, P10: to a broken release, killed at any point and its snapshot damaged, isn't stopped by its recovery", async () => {
    let broken = 0;
    for (let at = 1; ; at++) {
      const disk = freshDisk({ good: [FROM] });
      const { met } = await play(disk, new Map([[at, "kill"]]));
      if (!met) break;
      if (disk.operation === undefined) continue;
      if (disk.snapshots["op-1"]) disk.snapshots["op-1"].whole = false;
      const { deployed } = disk;
      const next = processOn(disk);
      const outcome = await end(recover(next.host));
      always(disk);
      if (!(outcome instanceof BrokenError)) {
        atRest(disk, { to: false });
        continue;
      }
      broken += 1;
      assert.ok(!next.did.includes("stop"), `stopped at ${at} for a restore that can't succeed`);
      assert.equal(disk.deployed, deployed);
      assert.ok(Object.values(disk.alerts).some(({ severity }) => severity === "critical"));
    }
    assert.ok(broken > 5, `${broken} points`);
  });

  it("F1, P5, P6: loses no data and terminates after kills and failures in any order", async () => {
    const fate = fc.constantFrom("kill" as const, "fail" as const);
    const process = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fate), { maxLength: 3 })
      .map(pairs => new Map(pairs));
    const good = fc.constantFrom<string[]>([FROM, TO], [FROM]);
    await fc.assert(
      fc.asyncProperty(
        good,
        fc.boolean(),
        fc.boolean(),
        fc.array(process, { minLength: 1, maxLength: 5 }),
        async (versions, stateful, stuck, processes) => {
          const disk = freshDisk({ good: versions, stateful, stuck });
          if (!stateful) disk.data = { schema: "9", rows: original.rows };
          const [first = new Map(), ...rest] = processes;
          await play(disk, first, ...rest);
          disk.stuck = false;
          const last = await end(recover(processOn(disk).host));
          always(disk);
          if (last instanceof BrokenError) return assert.ok(JSON.parse(disk.operation!).broken);
          assert.equal(last, undefined);
          assert.equal(disk.operation, undefined);
          if (stateful) atRest(disk, { to: versions.includes(TO) });
          else assert.ok(disk.good.includes(disk.deployed!));
        },
      ),
      { numRuns: long ? 10_000 : 400 },
    );
  });

  /** The first host on which `is` holds after an upgrade was killed; then a prune, although no guard runs. */
  async function prunedWhere(is: (disk: Disk, operation: Operation) => boolean): Promise<Disk> {
    for (let at = 1; ; at++) {
      const disk = freshDisk();
      const { met } = await play(disk, new Map([[at, "kill"]]));
      assert.ok(met, "there is no such moment");
      if (disk.operation === undefined || !is(disk, JSON.parse(disk.operation) as Operation)) continue;
      disk.guarded = false;
      prune(disk);
      assert.equal(disk.data, undefined);
      return disk;
    }
  }
  const unguarded = (host: UpgradeHost) => ({ ...host, guard: () => Promise.reject(new Error("no memory")) });

  it("F47, P5: restores a volume that vanished after its snapshot, though nothing was to be undone", async () => {
    const disk = await prunedWhere(
      ({ snapshots }, { step, id }) => step === "snapshot" && snapshots[id]?.whole === true,
    );
    assert.equal(await recover(unguarded(processOn(disk).host)), "undone");
    atRest(disk, { to: false });
  });

  for (const fate of ["kill", "fail"] as const)
    it(`F47, P5: never starts on an empty volume in place of one that vanished, if its recovery meets a ${fate}`, async () => {
      for (let at = 1; ; at++) {
        const disk = await prunedWhere(
          ({ snapshots }, { step, id }) => step === "snapshot" && snapshots[id]?.whole === true,
        );
        const one = processOn(disk, new Map([[at, fate]]));
        const outcome = await end(recover(unguarded(one.host)));
        if (one.passed() < at) break;
        if (outcome instanceof BrokenError) {
          await assert.rejects(
            retry(processOn(disk).host, { keepData: true }),
            /volume data was removed|without --keep-data/,
          );
          await retry(processOn(disk).host);
        } else await recover(processOn(disk).host);
        assert.deepEqual(disk.data, original, `${fate} at ${at}`);
        atRest(disk, { to: false });
      }
    });

  it("F47, P5: restores a volume that vanished between its snapshot and the deploy, and rejects nothing", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    const pruned = {
      ...host,
      snapshot: async (operation: Operation) => {
        await host.snapshot(operation);
        disk.data = undefined;
      },
    };
    await assert.rejects(upgrade(pruned, plan), { name: "UpgradeError", message: /volume data was removed meanwhile/ });
    atRest(disk, { to: false });
    assert.deepEqual(disk.rejected, {});
  });

  it("F53: whose deploy reaches its time limit is rolled back, and rejects nothing", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    const none = { stdout: "", stderr: "", exitCode: null };
    const deploy = async (version: string) => {
      await host.deploy(version);
      if (version === TO) throw new ProgramError("abra", "deploy", "timed out", none);
    };
    await assert.rejects(upgrade({ ...host, deploy }, plan), UpgradeError);
    atRest(disk, { to: false });
    assert.deepEqual(disk.rejected, {});
  });

  it("F47, P5, P10: is broken, and starts on no empty volume, if a volume vanished before its snapshot", async () => {
    const disk = await prunedWhere(({ deployed }, { step }) => step === "stop" && deployed === undefined);
    const { did, host } = processOn(disk);
    await assert.rejects(
      recover(unguarded(host)),
      /volume data was removed meanwhile, before its snapshot was complete/,
    );
    assert.ok(!did.some(what => what.startsWith("deploy")));
    assert.equal(Object.values(disk.alerts).at(-1)?.severity, "critical");
  });

  it("F56, P10: isn't broken while the registry is down and the image of the way back vanished; ends once it answers", async () => {
    const disk = freshDisk({ good: [FROM], registry: true });
    const { host } = processOn(disk);
    const gate = async (...args: Parameters<typeof host.gate>) => {
      const verdict = await host.gate(...args);
      disk.images = [TO];
      disk.registry = false;
      return verdict;
    };
    await assert.rejects(upgrade({ ...host, gate }, plan), InconclusiveError);
    for (let night = 0; night < 5; night++) await assert.rejects(recover(processOn(disk).host), InconclusiveError);
    assert.equal(Object.keys(disk.alerts).length, 1);
    disk.registry = true;
    assert.equal(await recover(processOn(disk).host), "undone");
    atRest(disk, { to: false });
  });

  it("meets only injected failures", async () => {
    const disk = freshDisk();
    await assert.rejects(processOn(disk, new Map([[1, "fail"]])).host.drain(TO), Injected);
    await assert.rejects(processOn(disk, new Map([[2, "kill"]])).host.drain(TO), Killed);
  });
});
