import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../../providers/lib/docker/api.ts";
import { clusterId } from "../../../providers/lib/docker/cluster.ts";
import { socketOf } from "../../../providers/lib/docker/connection.ts";

describe("the connection to docker's engine", () => {
  let folder: string;
  const before = process.env["DOCKER_HOST"];

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-engine-"))));
  afterEach(async () => {
    closeConnections();
    process.env["DOCKER_HOST"] = before;
    await rm(folder, { recursive: true });
  });

  it("uses the socket that docker would use: DOCKER_HOST, DOCKER_CONTEXT, config.json, in this order", async () => {
    const socket = "/var/run/docker.sock";
    const config = async (name: string, text: string) => {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "config.json"), text);
      return { DOCKER_CONFIG: join(folder, name) };
    };
    const none = { DOCKER_CONFIG: join(folder, "none") };
    const plain = await config("plain", '{"auths": {}}');
    const remote = await config("remote", '{"currentContext": "remote"}');
    assert.equal(socketOf(none), socket);
    assert.equal(socketOf(plain), socket);
    assert.equal(socketOf({ ...none, HOME: folder, DOCKER_HOST: "", DOCKER_CONTEXT: "" }), socket);
    assert.equal(socketOf({ ...remote, DOCKER_HOST: "unix:///run/other.sock" }), "/run/other.sock");
    assert.equal(socketOf({ ...remote, DOCKER_CONTEXT: "default" }), socket);
    assert.equal(socketOf(await config("named", '{"currentContext": "default"}')), socket);
  });

  it("uses docker's CLI for any other transport", async () => {
    await writeFile(join(folder, "config.json"), '{"currentContext": "remote"}');
    assert.equal(socketOf({ DOCKER_CONFIG: folder }), undefined);
    assert.equal(socketOf({ DOCKER_CONFIG: join(folder, "none"), DOCKER_CONTEXT: "remote" }), undefined);
    for (const host of ["ssh://me@host", "tcp://host:2376", "fd://"])
      assert.equal(socketOf({ DOCKER_HOST: host }), undefined);
    await writeFile(join(folder, "config.json"), "{");
    assert.equal(socketOf({ DOCKER_CONFIG: folder }), undefined, "docker reports the fault");
  });

  it("is reused, and opened again if the engine closed it", async () => {
    const server = createServer((_, answer) => {
      answer.end(
        JSON.stringify({ Swarm: { LocalNodeState: "active", ControlAvailable: true, Cluster: { ID: "by socket" } } }),
      );
    });
    let connections = 0;
    server.on("connection", () => connections++);
    const path = join(folder, "engine.sock");
    await new Promise<void>(done => server.listen(path, done));
    process.env["DOCKER_HOST"] = `unix://${path}`;
    try {
      for (let time = 0; time < 5; time++) assert.equal(await clusterId(), "by socket");
      assert.equal(connections, 1);
      server.closeAllConnections();
      assert.equal(await clusterId(), "by socket");
      assert.equal(connections, 2);
    } finally {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    }
  });

  it("that can't be opened is reported with its path", async () => {
    process.env["DOCKER_HOST"] = `unix://${join(folder, "no.sock")}`;
    await assert.rejects(clusterId(), {
      name: "ConnectionError",
      message: `docker: inspect the swarm: Cannot connect to the Docker daemon: connect ENOENT ${join(folder, "no.sock")}`,
    });
  });
});
