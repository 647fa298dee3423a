import assert from "node:assert/strict";
import { join } from "node:path";
import { get } from "../../../providers/lib/docker/api.ts";
import { clusterId } from "../../../providers/lib/docker/cluster.ts";
import { networks } from "../../../providers/lib/docker/networks.ts";
import { servicesOf } from "../../../providers/lib/docker/stack.ts";
import { run } from "../../../providers/lib/process/run.ts";
import { project } from "../../lab/paths.ts";
import { fakeSwarm, type FakeSwarm } from "./fakeSwarm.ts";

describe("docker's API", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  const dials = async () => (await swarm.calls()).length;

  it("serves many calls over one connection, and over a second one while the first is in use", async () => {
    await swarm.set({ service: [{ name: "web_app", stack: "web" }] });
    for (let time = 0; time < 5; time++) assert.equal(await clusterId(), "here");
    assert.equal(await dials(), 1);
    const all = await Promise.all([1, 2, 3, 4, 5, 6].map(() => servicesOf("web")));
    assert.deepEqual(all[5], [
      {
        id: "id-web_app",
        name: "app",
        running: 1,
        desired: 1,
        completed: 0,
        isCurrent: undefined,
        update: undefined,
        rollback: undefined,
        labels: { "coop-cloud.web.version": "1.0.0+1" },
        stopGrace: 10,
      },
    ]);
    assert.equal(await dials(), 2);
  });

  it("lists networks with their subnets", async () => {
    await swarm.set({ network: [{ name: "host" }, { name: "proxy", subnet: "10.0.1.0/24" }] });
    assert.deepEqual(await networks(), [
      { id: "id-host", name: "host", subnets: [] },
      { id: "id-proxy", name: "proxy", subnets: ["10.0.1.0/24"] },
    ]);
  });

  it("is retried once if a connection breaks", async () => {
    await clusterId();
    await swarm.set({ broken: 1 });
    assert.equal(await clusterId(), "here");
    await swarm.set({ broken: 2 });
    await assert.rejects(clusterId(), {
      name: "ConnectionError",
      message: "docker: inspect the swarm: the connection ended (3)",
    });
    assert.equal(await clusterId(), "here");
  });

  it("that can't be reached is reported with docker's own message", async () => {
    await swarm.set({ unreachable: true });
    await assert.rejects(clusterId(), {
      name: "ConnectionError",
      message:
        "docker: inspect the swarm: Cannot connect to the Docker daemon: dial unix /no.sock: connect: no such file or directory",
    });
  });

  it("that returns an error is quoted", async () => {
    await assert.rejects(get("/nothing", "fake request"), {
      name: "ApiError",
      status: 501,
      message: "docker: fake request: HTTP 501: fake docker: GET /nothing",
    });
  });

  it("doesn't keep the process alive after a call", async () => {
    const script = `import { clusterId } from ${JSON.stringify(join(project, "providers/lib/docker/cluster.ts"))}; console.log(await clusterId());`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], "ask", {
      timeout: 4_000,
    });
    assert.equal(stdout, "here");
  });
});
