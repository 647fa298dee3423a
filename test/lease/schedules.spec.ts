import assert from "node:assert/strict";
import fc from "fast-check";
import type { KeycloakMode } from "../../providers/lease/request.ts";
import { MINUTE, newScheduler, START } from "./scheduler.ts";
import { createSimulation, type AppPlan, type RunPlan } from "./fakeHost.ts";

const long = process.argv.includes("--long") || Boolean(process.env["HEARTH_LONG"]);
const schedules = { numRuns: long ? 5_000 : 300, seed: 20_260_101 };

/** Whole seconds in milliseconds, so that many processes wake at once and their order matters. */
const seconds = (max: number) => fc.nat(max).map(each => each * 1_000);
const delay = fc.oneof(
  { weight: 6, arbitrary: seconds(2).map(each => each + 1_000) },
  { weight: 1, arbitrary: seconds(600) },
);
const hold = fc.oneof(
  { weight: 4, arbitrary: seconds(5) },
  { weight: 2, arbitrary: seconds(60) },
  { weight: 1, arbitrary: seconds(720) },
);
/** Calls and sleeps after which a process dies. */
const diesAfter = fc.option(fc.nat(40), { freq: 3, nil: Infinity });

const run: fc.Arbitrary<RunPlan> = fc.record({
  identity: fc.nat(3),
  mode: fc.constantFrom<KeycloakMode>("auto", "auto", "warm", "dedicated", "none"),
  lease: fc.constantFrom("held", "held", "held", "timed", "unknown"),
  delay,
  hold,
  diesAfter,
});
const app: fc.Arbitrary<AppPlan> = fc.record({
  app: fc.constantFrom("keycloak", "keycloak", "traefik", "custom-html"),
  journal: fc.boolean(),
  contained: fc.boolean(),
  delay,
  hold,
  diesAfter,
});
/** A process that died before the others started and left its maintenance or its lease behind. */
const dead = { delay: 0, hold: MINUTE, diesAfter: 3 };
const remains = fc.constantFrom<RunPlan | AppPlan | undefined>(
  undefined,
  { ...dead, app: "keycloak", journal: false },
  { ...dead, app: "traefik", journal: false },
  { ...dead, app: "traefik", journal: false, contained: true },
  { ...dead, app: "keycloak", journal: true, contained: true },
  { ...dead, app: "keycloak", journal: true },
  { ...dead, identity: 0, mode: "dedicated", lease: "held" },
);
const plan = fc.record({
  seed: fc.nat(),
  remains,
  dedicatedLimit: fc.constantFrom(1, 2),
  outage: fc.constantFrom("none", "none", "repairable", "permanent"),
  runs: fc.array(run, { minLength: 1, maxLength: 5 }),
  apps: fc.array(app, { minLength: 1, maxLength: 3 }),
});

/** mulberry32: a deterministic random number generator. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("runs and warm-app changes in random order, with random deaths", () => {
  it(`P8, P9, F16, F24: ${schedules.numRuns} schedules cause no conflict, lost lease or deadlock`, async function () {
    this.timeout(long ? 1_800_000 : 20_000);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(plan, async ({ seed, remains: deadProcess, runs, apps, ...setting }) => {
        const scheduler = newScheduler();
        const simulation = createSimulation(scheduler, setting);
        for (const each of deadProcess ? [deadProcess, ...runs, ...apps] : [...runs, ...apps]) simulation.add(each);
        const next = randomNumbers(seed);
        await scheduler.run({
          until: () => {
            simulation.killDue();
            assert.deepEqual(simulation.violations(), []);
            return false;
          },
          choose: (ready, sleeper) => {
            // Sometimes no ready process runs before a sleeper wakes.
            const options = sleeper && (ready.length === 0 || next() < 0.05) ? [...ready, sleeper] : ready;
            return options[Math.floor(next() * options.length)]!;
          },
        });
        const total = [...runs, ...apps].reduce((sum, each) => sum + each.hold + each.delay, 0);
        assert.deepEqual(simulation.unfinished(), []);
        assert.deepEqual(simulation.leaked(), []);
        assert.ok(
          scheduler.now() - START < total + (runs.length + 2 * apps.length) * 40 * MINUTE,
          `it took ${(scheduler.now() - START) / MINUTE} minutes`,
        );
        for (const outcome of simulation.outcomes()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }),
      schedules,
    );
    // Each outcome must occur often enough, or the schedules would prove nothing.
    if (process.env["HEARTH_SHOW"]) console.log(Object.fromEntries([...seen].toSorted()));
    for (const outcome of [
      "warm",
      "dedicated",
      "none",
      "UnavailableError",
      "RunExistsError",
      "changed",
      "recovered",
      "InUseError",
      "dead",
    ])
      assert.ok((seen.get(outcome) ?? 0) >= 5, `${outcome}: ${seen.get(outcome) ?? 0} times`);
  });
});
