import assert from "node:assert/strict";
import { health } from "../../../providers/lib/health/inputs.ts";
import { observe } from "../../../providers/lib/health/observe.ts";
import { prober, proberAt } from "../../../providers/lib/health/probe.ts";
import { swarmRollback } from "../../../providers/lib/health/tasks.ts";
import type { Rollbacks } from "../../../providers/lib/docker/stack.ts";
import { shortReason } from "../../../providers/lib/reason.ts";
import { fakeSwarm, type FakeSwarm, type Swarm } from "../docker/fakeSwarm.ts";

const app = { domain: "nothing.invalid", health: health.parse({}), ingress: false };
const stack = "nothing_invalid";
const version = "1.0.0+1";
const service = { name: `${stack}_app`, stack };
const rolled = { ...service, update: { state: "rollback_completed", startedAt: "2026-01-01T00:00:00Z" } };

describe("a probe of the gate", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  const probe = (before?: Record<string, string>) => proberAt(app, version, before, async () => undefined)();

  const task = { service: `id-${stack}_app`, stack, state: "failed", error: "task: non-zero exit (1)" };
  const cases: readonly [what: string, swarm: Swarm][] = [
    ["isn't deployed", {}],
    ["crashed", { service: [{ ...service, running: 0 }], task: [task] }],
    ["can't be reached", { service: [service] }],
    ["was rolled back long ago", { service: [rolled] }],
  ];
  for (const [what, state] of cases)
    it(`judges an app that ${what} as every other look does`, async () => {
      await swarm.set(state);
      const [{ trouble = "", inconclusive = false }, observed] = [await probe(), await observe(app)];
      const { state: judged, condition } = observed;
      const words = judged === "down" || judged === "unreachable" ? `${judged}: ${shortReason(trouble)}` : trouble;
      assert.equal(condition, words);
      assert.equal(inconclusive, judged === "unreachable");
    }).timeout(60_000);

  it("F9: finds a rollback by Swarm since the deploy, not one from before or without a deploy", async () => {
    await swarm.set({ service: [rolled] });
    const found = { trouble: "Swarm rolled app back: its new task didn't stay up", inconclusive: false };
    assert.deepEqual(await probe({}), { ...found, containers: [], final: true });
    for (const before of [{ app: rolled.update.startedAt }, undefined])
      assert.doesNotMatch((await probe(before)).trouble ?? "", /Swarm rolled/);
  });

  it("F9: finds the rollback of a side service, for a kept app as for a run's, though its label is the new one", async () => {
    const db = { ...rolled, name: `${stack}_db` };
    await swarm.set({
      service: [{ ...service, update: { state: "completed", startedAt: "2026-01-01T00:00:00Z" } }, db],
    });
    const ofRun = (before: Rollbacks) =>
      prober(
        app,
        services => swarmRollback(services, before),
        async () => undefined,
      )();
    const found = "Swarm rolled db back: its new task didn't stay up";
    for (const { trouble, final, inconclusive } of [await probe({}), await ofRun({})])
      assert.deepEqual([trouble, final, inconclusive], [found, true, false]);
    const older = { db: db.update.startedAt };
    for (const { trouble } of [await probe(older), await ofRun(older)])
      assert.doesNotMatch(trouble ?? "", /Swarm rolled/);
  });

  it("is inconclusive and final if another version runs", async () => {
    await swarm.set({ service: [{ ...service, labels: { [`coop-cloud.${stack}.version`]: "2.0.0+1" } }] });
    const { inconclusive, final } = await probe({});
    assert.deepEqual([inconclusive, final], [true, true]);
    const any = prober(
      app,
      () => undefined,
      async () => undefined,
    );
    assert.equal((await any()).final, false);
  });
});
