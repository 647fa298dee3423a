import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../../providers/lib/docker/api.ts";
import { type CoordinationStore, LABEL, swarmStore } from "../../../providers/lib/coordination/coordinationStore.ts";
import type {
  CoordinationRecord,
  LeaseRecord,
  MaintenanceRecord,
} from "../../../providers/lib/coordination/records.ts";
import { FakeStore as ReapStore } from "../../commands/reap/fakeHost.ts";
import { createFakeStore } from "./fakeStore.ts";

const holder = { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 };
const at = "2026-03-14T03:00:00.000Z";
const lease: LeaseRecord = {
  format: 1,
  kind: "run",
  run: "docs-0a1b2c",
  keycloak: "warm",
  domains: ["docs-0a1b2c.ci.test"],
  acquiredAt: at,
  expiresAt: "2026-03-14T03:30:00.000Z",
  holder,
};
const maintenance: MaintenanceRecord = {
  format: 1,
  kind: "maintenance",
  app: "keycloak",
  domain: "sso.test",
  what: "1 → 2",
  blocks: "warm",
  startedAt: at,
  holder,
  stateDir: "/s",
};

/** Swarm's configs, as docker's API answers: unique names, a version index that an update compares, data that stays. */
async function configServer(socket: string): Promise<{ server: Server; bad: (labels: object) => void }> {
  let configs: { ID: string; Version: { Index: number }; CreatedAt: string; Spec: { Name: string; Labels: object } }[] =
    [];
  let index = 10;
  const add = (Name: string, Labels: object) => {
    index += 1;
    configs.push({ ID: `id${index}`, Version: { Index: index }, CreatedAt: at, Spec: { Name, Labels } });
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const sent = (body === "" ? {} : JSON.parse(body)) as { Name: string; Labels: Record<string, string> };
    const { pathname, searchParams } = new URL(request.url!, "http://docker");
    const [, id, verb] = /\/configs(?:\/(\w+))?(?:\/(\w+))?$/.exec(pathname) ?? [];
    const found = configs.find(({ ID }) => ID === id);
    const reply = (status: number, value: unknown = {}) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.method === "GET") {
      const { label = [] } = JSON.parse(searchParams.get("filters")!) as { label?: string[] };
      return reply(
        200,
        configs.filter(({ Spec }) => label.every(key => key in Spec.Labels)),
      );
    }
    if (id === "create") {
      if (configs.some(({ Spec }) => Spec.Name === sent.Name)) return reply(409, { message: "name conflicts" });
      add(sent.Name, sent.Labels);
      return reply(201, { ID: `id${index}` });
    }
    if (!found) return reply(404, { message: `config ${id} not found` });
    if (request.method === "DELETE") {
      configs = configs.filter(each => each !== found);
      return reply(204);
    }
    assert.equal(verb, "update");
    if (found.Version.Index !== Number(searchParams.get("version")))
      return reply(500, { message: "rpc error: code = Unknown desc = update out of sequence" });
    index += 1;
    Object.assign(found, { Version: { Index: index }, Spec: { Name: sent.Name, Labels: sent.Labels } });
    return reply(200);
  });
  server.listen(socket);
  await once(server, "listening");
  return { server, bad: labels => add("hearth-bad", labels) };
}

/** What leases and maintenance rely on, whichever store holds them. */
function contract(open: () => CoordinationStore): void {
  let store: CoordinationStore;
  beforeEach(() => void (store = open()));
  const names = async () => (await store.list()).map(({ name }) => name).toSorted();
  const find = async (name: string) => (await store.list()).find(each => each.name === name)!;

  it("creates a name once, and keeps the first record", async () => {
    assert.equal(await store.create("hearth-run-0a1b2c", lease), true);
    assert.equal(await store.create("hearth-run-0a1b2c", { ...lease, keycloak: "none" }), false);
    assert.equal(await store.create("hearth-maintenance", maintenance), true);
    assert.deepEqual(await names(), ["hearth-maintenance", "hearth-run-0a1b2c"]);
    assert.deepEqual((await find("hearth-run-0a1b2c")).record, lease);
    assert.deepEqual((await find("hearth-maintenance")).record, maintenance);
  });

  it("gives a record back without a field that was undefined", async () => {
    const { holder: _holder, ...timed } = lease;
    await store.create("hearth-run-0a1b2c", { ...lease, holder: undefined } as CoordinationRecord);
    assert.deepEqual((await find("hearth-run-0a1b2c")).record, timed);
  });

  it("replaces what was read, and refuses what was changed since: the version decides, not the content", async () => {
    await store.create("hearth-maintenance", maintenance);
    const read = await find("hearth-maintenance");
    assert.equal(await store.replace(read, { ...maintenance, what: "2 → 3" }), true);
    assert.equal(await store.replace(read, { ...maintenance, what: "3 → 4" }), false);
    const again = await find("hearth-maintenance");
    assert.deepEqual([again.id, (again.record as MaintenanceRecord).what], [read.id, "2 → 3"]);
    assert.notEqual(again.version, read.version);
    assert.equal(await store.replace(again, maintenance), true);
    assert.equal(await store.replace(again, maintenance), false, "the same content, once more");
  });

  it("removes exactly the one that was read: absent is success, and its successor stays", async () => {
    await store.create("hearth-run-0a1b2c", lease);
    const first = await find("hearth-run-0a1b2c");
    await store.remove(first);
    await store.remove(first);
    assert.deepEqual(await names(), []);
    assert.equal(await store.replace(first, lease), false, "a removed record isn't brought back");
    await store.create("hearth-run-0a1b2c", lease);
    await store.remove(first);
    assert.deepEqual(await names(), ["hearth-run-0a1b2c"]);
    assert.notEqual((await find("hearth-run-0a1b2c")).id, first.id);
  });

  it("removes a record that was changed since it was read: its id is the same", async () => {
    await store.create("hearth-maintenance", maintenance);
    const read = await find("hearth-maintenance");
    await store.replace(read, { ...maintenance, stale: true });
    await store.remove(read);
    assert.deepEqual(await names(), []);
  });
}

describe("the store of leases and maintenance", () => {
  describe("in Swarm", () => {
    let folder: string;
    let server: Server;
    let bad: (labels: object) => void;
    const host = process.env["DOCKER_HOST"];
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "hs-"));
      ({ server, bad } = await configServer(join(folder, "s")));
      process.env["DOCKER_HOST"] = `unix://${join(folder, "s")}`;
      closeConnections();
    });
    afterEach(async () => {
      closeConnections();
      if (host === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = host;
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    });
    contract(() => swarmStore);

    for (const [what, text] of [
      ["of a newer hearth", JSON.stringify({ ...lease, format: 2 })],
      ["of an unknown kind", JSON.stringify({ ...lease, kind: "other" })],
      ["without a run", JSON.stringify({ ...lease, run: "" })],
      ["with a time that is none", JSON.stringify({ ...lease, expiresAt: "soon" })],
      ["with an unknown Keycloak", JSON.stringify({ ...lease, keycloak: "hot" })],
      ["with maintenance that blocks nothing known", JSON.stringify({ ...maintenance, blocks: "some" })],
      ["with half a holder", JSON.stringify({ ...lease, holder: { pid: 7 } })],
      ["half written", '{"format": 1'],
      ["that is empty", ""],
    ] as const)
      it(`refuses to list while there is a record ${what}: it must not be ignored`, async () => {
        bad({ [LABEL]: text });
        await assert.rejects(swarmStore.list(), {
          name: "UnreadableRecordError",
          message: /^config hearth-bad on the swarm has a format that this hearth can't read: /,
        });
      });

    it("doesn't list configs that aren't hearth's", async () => {
      bad({ "com.docker.stack.namespace": "a_test" });
      assert.deepEqual(await swarmStore.list(), []);
    });
  });

  describe("of the schedules' specs", () => {
    const by = { pauseAt: async () => undefined } as unknown as Parameters<
      ReturnType<typeof createFakeStore>["clientOf"]
    >[0];
    contract(() => createFakeStore(() => Date.parse(at)).clientOf(by));
  });

  describe("of the reaper's specs", () => contract(() => new ReapStore([])));
});
