import assert from "node:assert/strict";
import { AbraError } from "../../providers/lib/abra/cli.ts";
import { ensure } from "../../providers/runApp/ensure.ts";
import type { RunHost } from "../../providers/runApp/host.ts";
import type { Verdict } from "../../providers/lib/health/gate.ts";
import type { ServiceSnapshot } from "../../providers/lib/docker/serviceSnapshot.ts";

const stands: ServiceSnapshot[] = [{ service: "app", template: "GREETING=one", tasks: ["a1"] }];
const healthy: Verdict = { health: "healthy" };
const rolledBack: Verdict = {
  health: "unhealthy",
  why: "Swarm rolled app back by itself: its new task didn't stay up",
};

interface Play {
  readonly before?: readonly ServiceSnapshot[];
  /** One for each time that the gate is waited at. */
  readonly verdicts?: readonly (Verdict | Error)[];
  readonly existing?: readonly string[];
  /** What the first deploy dies of. */
  readonly dies?: Error;
}

/** A World that writes down what is done. */
function play({ before = [], verdicts = [healthy], existing = [], dies }: Play) {
  const did: string[] = [];
  const said: string[] = [];
  const left = [...verdicts];
  let deploys = 0;
  const host: RunHost = {
    name: "docs",
    what: "0.3.0+1.22",
    say: line => void said.push(line),
    serviceSnapshot: async () => before,
    existing: async names => names.filter(name => existing.includes(name)),
    async deploy(renew) {
      did.push(["deploy", ...renew].join(" "));
      if (dies && ++deploys === 1) throw dies;
    },
    undeploy: async () => void did.push("take down"),
    async gate(stood) {
      did.push(stood.length > 0 ? "gate, over what stood" : "gate");
      const next = left.shift() ?? healthy;
      if (next instanceof Error) throw next;
      return next;
    },
  };
  return { host, did, said };
}

describe("a run's app, made to be as it should", () => {
  it("is deployed once, where nothing runs", async () => {
    const { host, did } = play({});
    await ensure(host, ["pass"]);
    assert.deepEqual(did, ["take down", "deploy", "gate"]);
  });

  it("is changed in place, and waited for until what stood is replaced", async () => {
    const { host, did } = play({ before: stands });
    await ensure(host, []);
    assert.deepEqual(did, ["deploy", "gate, over what stood"]);
  });

  it("F9: that Swarm rolls back in place is taken down, and deployed once more from undeployed; which is said", async () => {
    const { host, did, said } = play({ before: stands, verdicts: [rolledBack, healthy] });
    await ensure(host, []);
    assert.deepEqual(did, ["deploy", "gate, over what stood", "take down", "deploy", "gate"]);
    assert.match(
      said.join(),
      /in place it didn't come up \(Swarm rolled app back by itself.*taken down, and deployed from undeployed/,
    );
  });

  for (const why of ["app's update is paused", "app isn't running (after 90 s)"])
    it(`is deployed from undeployed too, where in place ${why}`, async () => {
      const { host, did } = play({ before: stands, verdicts: [{ health: "unhealthy", why }, healthy] });
      await ensure(host, []);
      assert.equal(did.filter(each => each === "deploy").length, 2);
    });

  it("isn't tried a third time", async () => {
    const { host, did } = play({
      before: stands,
      verdicts: [rolledBack, { health: "unhealthy", why: "HTTP 502 (after 90 s)" }],
    });
    await assert.rejects(ensure(host, []), {
      name: "UnhealthyError",
      message: "docs 0.3.0+1.22 isn't healthy: HTTP 502 (after 90 s)",
    });
    assert.equal(did.filter(each => each === "deploy").length, 2);
  });

  it("stays as it is where nothing is known against it: the way to it would be as bad from undeployed", async () => {
    const away: Verdict = { health: "inconclusive", why: "no answer (ECONNREFUSED) (after 90 s)" };
    for (const verdict of [away, new Error("docker: list services: timed out")]) {
      const { host, did } = play({ before: stands, verdicts: [verdict] });
      await assert.rejects(ensure(host, []), { name: "InconclusiveError" });
      assert.ok(!did.includes("take down"));
    }
  });

  it("is taken down before a secret gets another value, which is said by its name alone; one that isn't there yet takes no such way", async () => {
    const first = play({ before: stands, existing: ["pass"] });
    await ensure(first.host, ["pass", "smtp"]);
    assert.deepEqual(first.did, ["take down", "deploy pass", "gate"]);
    assert.match(first.said.join(), /the secret pass got another value/);
    const second = play({ before: stands });
    await ensure(second.host, ["pass"]);
    assert.deepEqual(second.did, ["deploy", "gate, over what stood"]);
  });

  it("P8: that an earlier up left behind without its state gets the secrets that are given now", async () => {
    const { host, did } = play({ existing: ["pass"] });
    await ensure(host, ["pass"]);
    assert.deepEqual(did, ["take down", "deploy pass", "gate"]);
  });

  it("is taken down where Swarm can't change in place what the recipe changed", async () => {
    const words =
      "failed to update config docs_conf_v1: Error response from daemon: rpc error: code = InvalidArgument desc = only updates to Labels are allowed";
    const { host, did } = play({ before: stands, dies: new AbraError("deploy a.test", words, undefined) });
    await ensure(host, []);
    assert.deepEqual(did, ["deploy", "take down", "deploy", "gate"]);
  });

  it("F8: any other word of abra's ends it, as it was said", async () => {
    for (const before of [[], stands]) {
      const { host, did } = play({
        before,
        dies: new AbraError("deploy a.test", "secret not generated: pass", undefined),
      });
      await assert.rejects(ensure(host, []), {
        name: "AbraError",
        kind: "secret missing",
        message: /secret not generated: pass/,
      });
      assert.ok(!did.some(each => each.startsWith("gate")));
    }
  });
});
