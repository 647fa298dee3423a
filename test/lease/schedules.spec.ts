import assert from "node:assert/strict";
import fc from "fast-check";
import type { KeycloakMode } from "../../providers/lease/request.ts";
import { MINUTE, newStage, START } from "./scheduler.ts";
import { newWorld, type AppPlan, type RunPlan } from "./fakeHost.ts";

const long = process.argv.includes("--long") || Boolean(process.env["HEARTH_LONG"]);
const schedules = { numRuns: long ? 5_000 : 300, seed: 20_260_101 };

/** Milliseconds. Whole seconds, so that many wake at once: what they do then is what has an order. */
const seconds = (max: number) => fc.nat(max).map(each => each * 1_000);
const soon = fc.oneof(
  { weight: 6, arbitrary: seconds(2).map(each => each + 1_000) },
  { weight: 1, arbitrary: seconds(600) },
);
const stay = fc.oneof(
  { weight: 4, arbitrary: seconds(5) },
  { weight: 2, arbitrary: seconds(60) },
  { weight: 1, arbitrary: seconds(720) },
);
/** Calls and sleeps after which a process dies. */
const dies = fc.option(fc.nat(40), { freq: 3, nil: Infinity });

const run: fc.Arbitrary<RunPlan> = fc.record({
  identity: fc.nat(3),
  mode: fc.constantFrom<KeycloakMode>("auto", "auto", "warm", "dedicated", "none"),
  sign: fc.constantFrom("held", "held", "held", "timed", "hidden"),
  begins: soon,
  stay,
  dies,
});
const app: fc.Arbitrary<AppPlan> = fc.record({
  app: fc.constantFrom("keycloak", "keycloak", "traefik", "custom-html"),
  journal: fc.boolean(),
  begins: soon,
  stay,
  dies,
});
/** What a process left that died before all others began: maintenance, once it had drained, or a lease. */
const dead = { begins: 0, stay: MINUTE, dies: 3 };
const remains = fc.constantFrom<RunPlan | AppPlan | undefined>(
  undefined,
  { ...dead, app: "keycloak", journal: false },
  { ...dead, app: "traefik", journal: false },
  { ...dead, app: "keycloak", journal: true },
  { ...dead, identity: 0, mode: "dedicated", sign: "held" },
);
const plan = fc.record({
  seed: fc.nat(),
  remains,
  dedicatedLimit: fc.constantFrom(1, 2),
  outage: fc.constantFrom("none", "none", "mends", "stays"),
  runs: fc.array(run, { minLength: 1, maxLength: 5 }),
  apps: fc.array(app, { minLength: 1, maxLength: 3 }),
});

/** mulberry32: the same numbers from the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("runs and warm apps in any order, with any deaths", () => {
  it(`P8, P9, F16, F24: ${schedules.numRuns} schedules: no conflict, no lost lease, no deadlock`, async function () {
    this.timeout(long ? 1_800_000 : 20_000);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(plan, async ({ seed, remains: left, runs, apps, ...setting }) => {
        const stage = newStage();
        const host = newWorld(stage, setting);
        for (const each of left ? [left, ...runs, ...apps] : [...runs, ...apps]) host.add(each);
        const next = numbers(seed);
        await stage.play({
          until: () => {
            host.kill();
            assert.deepEqual(host.faults(), []);
            return false;
          },
          choose: (ready, sleeper) => {
            // Now and then a process does nothing for as long as another sleeps.
            const options = sleeper && (ready.length === 0 || next() < 0.05) ? [...ready, sleeper] : ready;
            return options[Math.floor(next() * options.length)]!;
          },
        });
        const stays = [...runs, ...apps].reduce((sum, each) => sum + each.stay + each.begins, 0);
        assert.deepEqual(host.unfinished(), []);
        assert.deepEqual(host.leftBehind(), []);
        assert.ok(
          stage.now() - START < stays + (runs.length + 2 * apps.length) * 40 * MINUTE,
          `it took ${(stage.now() - START) / MINUTE} minutes`,
        );
        for (const outcome of host.outcomes()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }),
      schedules,
    );
    // Schedules in which nothing ever happens would prove nothing.
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
