import assert from "node:assert/strict";
import { AbraError } from "../../providers/lib/abra/cli.ts";
import { ImageError } from "../../providers/lib/docker/images.ts";
import { ensure } from "../../providers/runApp/ensure.ts";
import type { RunHost } from "../../providers/runApp/host.ts";
import type { Verdict } from "../../providers/lib/health/gate.ts";
import type { ServiceSnapshot } from "../../providers/lib/docker/serviceSnapshot.ts";

const running: ServiceSnapshot[] = [{ service: "app", template: "GREETING=one", tasks: ["a1"] }];
const healthy: Verdict = { health: "healthy" };
const rolledBack: Verdict = {
  health: "unhealthy",
  why: "Swarm rolled app back: its new task didn't stay up",
};

interface HostOptions {
  readonly before?: readonly ServiceSnapshot[];
  /** Results of the health gate, one per wait. */
  readonly verdicts?: readonly (Verdict | Error)[];
  readonly existing?: readonly string[];
  /** The error of the first deploy. */
  readonly error?: Error;
  /** The error of the pull. */
  readonly absent?: string;
}

/** A host that records every call. */
function createHost({ before = [], verdicts = [healthy], existing = [], error, absent }: HostOptions) {
  const calls: string[] = [];
  const lines: string[] = [];
  const remaining = [...verdicts];
  let deploys = 0;
  const host: RunHost = {
    name: "docs",
    target: "0.3.0+1.22",
    log: line => void lines.push(line),
    serviceSnapshot: async () => before,
    existingSecrets: async names => names.filter(name => existing.includes(name)),
    async pullImages() {
      calls.push("pull");
      if (absent !== undefined) throw new ImageError(absent);
    },
    async deploy(renew) {
      calls.push(["deploy", ...renew].join(" "));
      if (error && ++deploys === 1) throw error;
    },
    undeploy: async () => void calls.push("undeploy"),
    async gate(snapshot) {
      calls.push(snapshot.length > 0 ? "gate, over running services" : "gate");
      const next = remaining.shift() ?? healthy;
      if (next instanceof Error) throw next;
      return next;
    },
  };
  return { host, calls, lines };
}

describe("ensuring a run's app", () => {
  it("deploys once if nothing runs", async () => {
    const { host, calls } = createHost({});
    await ensure(host, ["pass"]);
    assert.deepEqual(calls, ["pull", "undeploy", "deploy", "gate"]);
  });

  it("updates in place, and waits until the services are replaced", async () => {
    const { host, calls } = createHost({ before: running });
    await ensure(host, []);
    assert.deepEqual(calls, ["pull", "deploy", "gate, over running services"]);
  });

  it("F9: undeploys and deploys from scratch if Swarm rolls the update back, and logs why", async () => {
    const { host, calls, lines } = createHost({ before: running, verdicts: [rolledBack, healthy] });
    await ensure(host, []);
    assert.deepEqual(calls, ["pull", "deploy", "gate, over running services", "undeploy", "deploy", "gate"]);
    assert.match(
      lines.join(),
      /unhealthy after the update in place \(Swarm rolled app back.*undeploying, then deploying from scratch/,
    );
  });

  for (const why of ["app's update is paused", "app isn't running (after 90 s)"])
    it(`deploys from scratch too if after the update ${why}`, async () => {
      const { host, calls } = createHost({ before: running, verdicts: [{ health: "unhealthy", why }, healthy] });
      await ensure(host, []);
      assert.equal(calls.filter(each => each === "deploy").length, 2);
    });

  it("pulls the images before anything stops and before the health deadline counts, and fails if it can't", async () => {
    const { host, calls } = createHost({ before: running, existing: ["pass"], absent: "image nginx:1 not found" });
    await assert.rejects(ensure(host, ["pass"]), { name: "ImageError", message: "image nginx:1 not found" });
    assert.deepEqual(calls, ["pull"]);
  });

  it("doesn't try a third time", async () => {
    const { host, calls } = createHost({
      before: running,
      verdicts: [rolledBack, { health: "unhealthy", why: "HTTP 502 (after 90 s)" }],
    });
    await assert.rejects(ensure(host, []), {
      name: "UnhealthyError",
      message: "docs 0.3.0+1.22 isn't healthy: HTTP 502 (after 90 s)",
    });
    assert.equal(calls.filter(each => each === "deploy").length, 2);
  });

  it("doesn't redeploy if health is inconclusive", async () => {
    const unreachable: Verdict = { health: "inconclusive", why: "no answer (ECONNREFUSED) (after 90 s)" };
    for (const verdict of [unreachable, new Error("docker: list services: timed out")]) {
      const { host, calls } = createHost({ before: running, verdicts: [verdict] });
      await assert.rejects(ensure(host, []), { name: "InconclusiveError" });
      assert.ok(!calls.includes("undeploy"));
    }
  });

  it("undeploys before it changes an existing secret, which it logs, but not before it adds one", async () => {
    const first = createHost({ before: running, existing: ["pass"] });
    await ensure(first.host, ["pass", "smtp"]);
    assert.deepEqual(first.calls, ["pull", "undeploy", "deploy pass", "gate"]);
    assert.match(first.lines.join(), /docs: can't change the secret pass while the app runs/);
    const second = createHost({ before: running });
    await ensure(second.host, ["pass"]);
    assert.deepEqual(second.calls, ["pull", "deploy", "gate, over running services"]);
  });

  it("P8: replaces the secrets of an app that an earlier up left behind without state", async () => {
    const { host, calls } = createHost({ existing: ["pass"] });
    await ensure(host, ["pass"]);
    assert.deepEqual(calls, ["pull", "undeploy", "deploy pass", "gate"]);
  });

  it("undeploys if Swarm can't apply the recipe's change in place", async () => {
    const message =
      "failed to update config docs_conf_v1: Error response from daemon: rpc error: code = InvalidArgument desc = only updates to Labels are allowed";
    const { host, calls } = createHost({ before: running, error: new AbraError("deploy a.test", message, undefined) });
    await ensure(host, []);
    assert.deepEqual(calls, ["pull", "deploy", "undeploy", "deploy", "gate"]);
  });

  it("F8: fails with any other error of abra", async () => {
    for (const before of [[], running]) {
      const { host, calls } = createHost({
        before,
        error: new AbraError("deploy a.test", "secret not generated: pass", undefined),
      });
      await assert.rejects(ensure(host, []), {
        name: "AbraError",
        kind: "secret missing",
        message: /secret not generated: pass/,
      });
      assert.ok(!calls.some(each => each.startsWith("gate")));
    }
  });
});
