import assert from "node:assert/strict";
import { hostsOf, routedHosts } from "../../../providers/lib/docker/routedHosts.ts";
import { fakeSwarm } from "./fakeSwarm.ts";

const service = (ID: string, rule: string, stack?: string) => ({
  ID,
  Spec: {
    Name: `${stack ?? "alone"}_${ID}`,
    Labels: {
      ...(rule === "" ? {} : { [`traefik.http.routers.${ID}.rule`]: rule }),
      ...(stack === undefined ? {} : { "com.docker.stack.namespace": stack }),
    },
  },
});
const task = (ID: string, ServiceID: string, State = "running") => ({
  ID,
  ServiceID,
  DesiredState: "running",
  Status: { State },
});

describe("the hosts that a swarm's services declare", () => {
  it("have the tasks of their whole stack, or of their service alone if it belongs to none", () => {
    const services = [
      service("app", "Host(`a.test`, `b.test`)", "docs"),
      service("db", "", "docs"),
      service("web", 'Host("c.test")'),
      service("other", "Path(`/`)", "wiki"),
    ];
    const tasks = [
      task("t1", "app"),
      task("t2", "db", "failed"),
      task("t3", "web"),
      task("t4", "other"),
      task("t5", "gone"),
    ];
    const { hosts, unlisted } = hostsOf(services, tasks);
    const ids = hosts.map(({ name, tasks: own }) => [name, own.map(({ id, state }) => `${id} ${state}`)]);
    assert.deepEqual(ids, [
      ["a.test", ["t1 running", "t2 failed"]],
      ["b.test", ["t1 running", "t2 failed"]],
      ["c.test", ["t3 running"]],
    ]);
    assert.deepEqual(unlisted, []);
  });

  it("have the tasks of each app that declares the host, and name the services whose hosts can't be listed", () => {
    const services = [
      service("app", "Host(`a.test`) && PathPrefix(`/`)", "docs"),
      service("api", "Host(`A.test`) && PathPrefix(`/api`)", "api"),
      service("tenants", "HostRegexp(`^.+\\.a\\.test$`)", "saas"),
    ];
    const { hosts, unlisted } = hostsOf(services, [task("t1", "app"), task("t2", "api"), task("t3", "tenants")]);
    assert.deepEqual(
      hosts.map(({ name, tasks }) => [name, tasks.map(({ id }) => id)]),
      [["a.test", ["t1", "t2"]]],
    );
    assert.deepEqual(unlisted, ["saas_tenants"]);
  });

  it("are read from the engine, of every stack", async () => {
    const swarm = await fakeSwarm();
    try {
      const labels = (stack: string) => ({ [`traefik.http.routers.${stack}.rule`]: `Host(\`${stack}.test\`)` });
      await swarm.set({
        service: ["a", "b"].map(stack => ({ name: `${stack}_app`, stack, labels: labels(stack) })),
        task: [{ service: "id-b_app", stack: "b", state: "failed" }],
      });
      assert.deepEqual(await routedHosts(), {
        hosts: [
          { name: "a.test", tasks: [] },
          { name: "b.test", tasks: [{ id: "task-id-b_app-0", state: "failed", desired: "running" }] },
        ],
        unlisted: [],
      });
    } finally {
      await swarm.end();
    }
  });
});
