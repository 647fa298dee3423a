import assert from "node:assert/strict";
import fc from "fast-check";
import { BrokenError, PreflightError, ReleaseFault, UpgradeError } from "../../providers/app/errors.ts";
import { recover } from "../../providers/app/recover.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { allCopies, freshDisk, FROM, Injected, Killed, startProcess, TO, type Disk, type Faults } from "./fakeHost.ts";
import { InconclusiveError } from "../../providers/lib/health/index.ts";

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

/** Invariants after any interruption. */
function always(disk: Disk): void {
  assert.ok(
    allCopies(disk).some(data => same(data.rows.slice(0, original.rows.length), original.rows)),
    "no copy of the data is left",
  );
}

/** Invariants once recovery has ended without a person. */
function atRest(disk: Disk, { to = true } = {}): void {
  assert.equal(disk.operation, undefined, "an operation is left");
  assert.equal(disk.maintenance, undefined, "maintenance is left");
  assert.ok(disk.deployed === FROM || (to && disk.deployed === TO), `${disk.deployed} runs`);
  assert.ok(disk.good.includes(disk.deployed!), "the deployed version isn't healthy");
  assert.equal(disk.lastGood, disk.deployed, "last good isn't the deployed version");
  if (disk.deployed === FROM) assert.deepEqual(disk.data, original, "the data was not rolled back");
  else assert.deepEqual(disk.data, { schema: TO, rows: [...original.rows, `migrated to ${TO}`] });
  assert.deepEqual(disk.replacedData, {}, "an old volume is left");
  assert.equal(disk.env.includes("NEW=1"), disk.deployed === TO, "the .env belongs to another version");
  assert.ok(disk.env.startsWith(`TYPE=${disk.deployed}`));
}

describe("an upgrade", () => {
  it("runs its steps in order, each recorded before it starts", async () => {
    const disk = freshDisk();
    const { host, effects } = startProcess(disk);
    await upgrade(host, plan);
    const steps =
      "begin,write preflight,preflight,write drain,drain,write prepare,prepare,write stop,stop,write snapshot,snapshot";
    assert.equal(
      effects.join(),
      `${steps},write deploy,deploy ${TO},write gate,write commit,commit,removeReplacedData,releaseMaintenance,close`,
    );
    assertSettled(disk);
    assert.equal(disk.deployed, TO);
    assert.deepEqual(disk.alerts, {});
  });

  it("doesn't undeploy a stateless app", async () => {
    const disk = freshDisk({ stateful: false });
    const { host, effects } = startProcess(disk);
    await upgrade(host, plan);
    assert.ok(!effects.includes("stop") && !effects.includes("snapshot"));
    assert.equal(disk.lastGood, TO);
  });

  it("F9, P4, P10: is rolled back with its data, rejected and alerted once if it stays unhealthy", async () => {
    const disk = freshDisk({ good: [FROM] });
    await assert.rejects(upgrade(startProcess(disk).host, plan), {
      name: "UpgradeError",
      message: `app: app at ${TO} isn't healthy: HTTP 503; ${FROM} runs again, with the data it had`,
    });
    assertSettled(disk, { to: false });
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

  it("F8: changes nothing if preflight rejects the release", async () => {
    const disk = freshDisk();
    const { host, effects } = startProcess(disk);
    const rejecting = {
      ...host,
      preflight: () => Promise.reject(new ReleaseFault("its compose files don't load (R009)")),
    };
    await assert.rejects(upgrade(rejecting, plan), PreflightError);
    assert.deepEqual(effects, ["begin", "write preflight", "releaseMaintenance", "close", "reject"]);
    assert.match(disk.rejected[TO]!, /R009/);
    assert.equal(Object.keys(disk.alerts).length, 1);
  });

  it("F3, F12: changes and rejects nothing if preflight fails because of the host", async () => {
    const disk = freshDisk();
    const rejecting = {
      ...startProcess(disk).host,
      preflight: () => Promise.reject(new PreflightError("its image can't be pulled")),
    };
    await assert.rejects(upgrade(rejecting, plan), PreflightError);
    assert.deepEqual(disk.rejected, {});
    assertSettled(disk, { to: false });
  });

  for (const step of ["stop", "snapshot"] as const) {
    it(`F4, F6, F14: is rolled back without rejecting the version if ${step} fails`, async () => {
      const disk = freshDisk();
      const { host, effects } = startProcess(disk);
      const failing = { ...host, [step]: () => Promise.reject(new Error("no space left on device")) };
      await assert.rejects(upgrade(failing, plan), UpgradeError);
      assert.ok(!effects.includes("restore"), "it must not restore an older snapshot over newer data");
      assertSettled(disk, { to: false });
      assert.deepEqual(disk.rejected, {});
    });
  }

  it("F13, P10: is broken with a critical alert if its rollback fails, and isn't retried", async () => {
    const disk = freshDisk({ good: [] });
    await assert.rejects(upgrade(startProcess(disk).host, plan), BrokenError);
    assert.equal(Object.values(disk.alerts).at(-1)?.severity, "critical");
    assert.ok(allCopies(disk).some(data => same(data, original)));
    const { host, effects } = startProcess(disk);
    await assert.rejects(recover(host), BrokenError);
    assert.deepEqual(effects, []);
  });

  it("stays at its gate and is checked again if health is inconclusive", async () => {
    const disk = freshDisk();
    const { host } = startProcess(disk);
    const unreachable = {
      ...host,
      gate: () => Promise.resolve({ health: "inconclusive" as const, why: "no answer (ECONNREFUSED)" }),
    };
    await assert.rejects(upgrade(unreachable, plan), InconclusiveError);
    await assert.rejects(recover(unreachable), InconclusiveError);
    assert.equal(disk.deployed, TO);
    assert.equal(Object.keys(disk.alerts).length, 1);
    assert.equal(await recover(startProcess(disk).host), "finished");
    assertSettled(disk);
  });

  it("is broken after an inconclusive day at its gate", async () => {
    const disk = freshDisk();
    const { host } = startProcess(disk);
    const unreachable = {
      ...host,
      gate: () => Promise.resolve({ health: "inconclusive" as const, why: "no answer (ECONNREFUSED)" }),
    };
    await assert.rejects(upgrade(unreachable, plan), InconclusiveError);
    const operation = JSON.parse(disk.operation!) as { stepStartedAt: string };
    disk.operation = JSON.stringify({
      ...operation,
      stepStartedAt: new Date(Date.now() - 25 * 3_600_000).toISOString(),
    });
    await assert.rejects(recover(unreachable), BrokenError);
    assert.equal(disk.deployed, TO, "nothing may be rolled back");
  });

  it("is broken after its rollback was inconclusive for a day, however often it was checked", async () => {
    const disk = freshDisk({ good: [FROM] });
    const { host } = startProcess(disk);
    const inconclusive = {
      ...host,
      gate: (version: string) =>
        version === TO
          ? host.gate(version, {})
          : Promise.resolve({ health: "inconclusive" as const, why: "no answer" }),
    };
    await assert.rejects(upgrade(inconclusive, plan), InconclusiveError);
    await assert.rejects(recover(inconclusive), InconclusiveError);
    const operation = JSON.parse(disk.operation!) as { step: string };
    assert.equal(operation.step, "verifyRollback");
    disk.operation = JSON.stringify({
      ...operation,
      stepStartedAt: new Date(Date.now() - 25 * 3_600_000).toISOString(),
    });
    await assert.rejects(recover(inconclusive), BrokenError);
  });

  it("F33: stops without a rollback if another person deployed meanwhile", async () => {
    const disk = freshDisk();
    const { host } = startProcess(disk);
    const interfered = {
      ...host,
      snapshot: async (operation: Parameters<typeof host.snapshot>[0]) => {
        await host.snapshot(operation);
        disk.deployed = "1.0.5+1";
      },
    };
    await assert.rejects(upgrade(interfered, plan), InconclusiveError);
    assert.equal(disk.deployed, "1.0.5+1");
    await assert.rejects(recover(startProcess(disk).host), InconclusiveError);
    assert.equal(disk.deployed, "1.0.5+1");
  });
});

describe("an interrupted upgrade", function () {
  this.timeout(120_000);

  /** Runs a process for each of `plans`, then one without failures. */
  async function play(disk: Disk, first: Plan, ...rest: Plan[]): Promise<{ met: boolean; outcome: unknown }> {
    const one = processOn(disk, first);
    let outcome = await end(upgrade(one.host, plan));
    always(disk);
    const met = [...first.keys()].every(number => number <= one.passed());
    for (const next of rest) {
      outcome = await outcomeOf(recover(startProcess(disk, next).host));
      assertInvariants(disk);
    }
    return { met, outcome };
  }

  for (const release of ["good", "broken"] as const) {
    const host = () => freshDisk(release === "good" ? {} : { good: [FROM] });

    it(`F1, F2, P6: to a ${release} release, killed at any point, is finished or rolled back`, async () => {
      for (let at = 1; ; at++) {
        const disk = host();
        const { met } = await runWithFaults(disk, new Map([[at, "kill"]]), new Map());
        if (!met) break;
        assertSettled(disk, { to: release === "good" });
        assert.ok(Object.keys(disk.alerts).length <= 1, "one alert at most");
      }
    });

    it(`F1, P6: to a ${release} release, killed at any two points, is finished or rolled back`, async () => {
      let pairs = 0;
      for (let at = 1; ; at++) {
        const probe = host();
        if (!(await runWithFaults(probe, new Map([[at, "kill"]]))).met) break;
        for (let then = 1; ; then++) {
          const disk = host();
          await runWithFaults(disk, new Map([[at, "kill"]]));
          const second = startProcess(disk, new Map([[then, "kill"]]));
          const outcome = await outcomeOf(recover(second.host));
          assertInvariants(disk);
          if (!(outcome instanceof Killed)) break;
          await recover(startProcess(disk).host);
          assertSettled(disk, { to: release === "good" });
          pairs += 1;
        }
      }
      assert.ok(pairs > 100, `${pairs} pairs`);
    });

    it(`P4, P5, P10: to a ${release} release, failing anywhere, is rolled back, or broken with an alert`, async () => {
      for (let at = 1; ; at++) {
        const disk = host();
        const { met, outcome } = await runWithFaults(disk, new Map([[at, "fail"]]));
        if (!met) break;
        if (outcome instanceof BrokenError) {
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
            `an operation is left open after a failure at ${at}`,
          );
      }
    });
  }

  it("F1, P5, P6: loses no data and terminates after kills and failures in any order", async () => {
    const fault = fc.constantFrom("kill" as const, "fail" as const);
    const process = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fault), { maxLength: 3 })
      .map(pairs => new Map(pairs));
    const good = fc.constantFrom<string[]>([FROM, TO], [FROM]);
    await fc.assert(
      fc.asyncProperty(
        good,
        fc.boolean(),
        fc.array(process, { minLength: 1, maxLength: 5 }),
        async (versions, stateful, processes) => {
          const disk = freshDisk({ good: versions, stateful });
          if (!stateful) disk.data = { schema: "9", rows: original.rows };
          const [first = new Map(), ...rest] = processes;
          await runWithFaults(disk, first, ...rest);
          const last = await outcomeOf(recover(startProcess(disk).host));
          assertInvariants(disk);
          if (last instanceof BrokenError) return assert.ok(JSON.parse(disk.operation!).broken);
          assert.equal(last, undefined);
          assert.equal(disk.operation, undefined);
          if (stateful) assertSettled(disk, { to: versions.includes(TO) });
          else assert.ok(disk.good.includes(disk.deployed!));
        },
      ),
      { numRuns: long ? 10_000 : 400 },
    );
  });

  it("fails only with injected faults", async () => {
    const disk = freshDisk();
    await assert.rejects(startProcess(disk, new Map([[1, "fail"]])).host.drain(TO), Injected);
    await assert.rejects(startProcess(disk, new Map([[2, "kill"]])).host.drain(TO), Killed);
  });
});
