import assert from "node:assert/strict";
import { remove, waitForWorkers } from "../../../commands/reap/remove.ts";
import type { Plan } from "../../../commands/reap/plan.ts";
import { FakeHost } from "./fakeHost.ts";
import { decide } from "../../../commands/reap/decide.ts";
import { DOCS, NOW, pulumi, realm, seen } from "./observed.ts";

const plan: Plan = {
  run: DOCS,
  why: "holder pid 123 on ci is dead",
  domains: [],
  parts: [
    { kind: "pulumi stack", name: `ci-${DOCS}`, seen: true },
    { kind: "run folder", name: DOCS, seen: true },
  ],
} as unknown as Plan;

describe("before a run is reaped", () => {
  let host: FakeHost;
  beforeEach(() => void (host = new FakeHost()));
  const locked = (lock: "alive" | "dead" | "unknown" | "none") => (host.pulumiThere = [pulumi(DOCS, { lock })]);

  for (const lock of ["dead", "none"] as const)
    it(`F22: a Pulumi lock whose holder is ${lock} isn't waited for`, async () => {
      locked(lock);
      await waitForWorkers(host, plan, NOW);
      assert.deepEqual(host.did, [`lock ci-${DOCS}`]);
      assert.equal(host.time, NOW);
    });

  it("F24: a living Pulumi is waited for, a second at a time, until it ends", async () => {
    locked("alive");
    let looks = 0;
    const genuine = host.lockOf;
    host.lockOf = async stack => {
      if ((looks += 1) === 3) locked("dead");
      return genuine(stack);
    };
    await waitForWorkers(host, plan, NOW + 10_000);
    assert.equal(host.time - NOW, 2_000);
  });

  it("F24: a Pulumi that lives on at the deadline is left alone, and nothing is locked or removed", async () => {
    locked("alive");
    const { removed, skip, failure } = await remove(host, plan, NOW + 3_000);
    assert.deepEqual([removed, skip?.reason, failure], [[], "in use by Pulumi", undefined]);
    assert.equal(host.time - NOW, 3_000);
    assert.deepEqual(host.changes(), []);
  });
});

describe("a stack that is only named like a run's", () => {
  it("P9, F24: is skipped and said, also beside a realm of another owner with the run's name", () => {
    const stacks = ["docs-9c1995_ci_test"];
    const reasons = (realms: ReturnType<typeof realm>[]) =>
      decide(seen({ realms, stacks })).skips.map(({ what, reason }) => `${what}: ${reason}`);
    const unproved = "stack docs-9c1995_ci_test: only its name suggests a run";
    assert.deepEqual(reasons([]), [unproved]);
    assert.ok(reasons([realm(DOCS, { "hearth.owner": "other" })]).includes(unproved));
  });
});
