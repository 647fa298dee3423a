import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channel, type Channel } from "../../../providers/lib/alerts/channel.ts";
import { deliver } from "../../../providers/lib/alerts/deliver.ts";
import { raise } from "../../../providers/lib/alerts/raise.ts";
import { alertId, waiting } from "../../../providers/lib/alerts/spool.ts";
import { tryLock } from "../../../providers/lib/lock/flock.ts";

const failOnLog = (line: string) => assert.fail(line);

describe("delivering alerts", () => {
  let stateDir: string;
  beforeEach(async () => (stateDir = await mkdtemp(join(tmpdir(), "hearth-deliver-"))));
  afterEach(() => rm(stateDir, { recursive: true }));

  const raiseOne = (key: string) =>
    raise(stateDir, { key, severity: "info", app: "keycloak", why: key, todo: "nothing" }, failOnLog);
  /** A channel that appends each alert to a file, one per line. */
  const working = (): Channel => ({ command: ["sh", "-c", `cat >> "$0"; echo >> "$0"`, join(stateDir, "got")] });
  const delivered = async () =>
    existsSync(join(stateDir, "got"))
      ? (await readFile(join(stateDir, "got"), "utf8"))
          .trim()
          .split("\n")
          .map(line => JSON.parse(line).why)
      : [];
  const sent = () => readdir(join(stateDir, "alerts", "sent"));

  it("does nothing without alerts, and only counts them without a channel", async () => {
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 0, waiting: 0 });
    await raiseOne("one");
    assert.deepEqual(await deliver(stateDir, {}, failOnLog), { sent: 0, waiting: 1 });
    assert.equal(await waiting(stateDir), 1);
  });

  it("F28: sends each once, oldest first, and keeps it in sent/", async () => {
    const ids = [];
    for (const key of ["one", "two", "three"]) {
      ids.push(`${await raiseOne(key)}.json`);
      await new Promise(resolve => setTimeout(resolve, 3));
    }
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 3, waiting: 0 });
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 0, waiting: 0 });
    assert.deepEqual(await delivered(), ["one", "two", "three"]);
    assert.deepEqual((await sent()).toSorted(), ids);
    const [first] = (await readFile(join(stateDir, "got"), "utf8")).split("\n");
    assert.deepEqual(JSON.parse(first!), JSON.parse(await readFile(join(stateDir, "alerts", "sent", ids[0]!), "utf8")));
  });

  it("F28: keeps all while the channel is down, logs the reason once, and sends each once afterwards", async () => {
    const down: Channel = { command: ["sh", "-c", "echo first >&2; echo no route >&2; exit 3"] };
    for (const key of ["one", "two"]) await raiseOne(key);
    for (let day = 0; day < 3; day++) {
      const logged: string[] = [];
      assert.deepEqual(await deliver(stateDir, down, line => logged.push(line)), { sent: 0, waiting: 2 });
      assert.deepEqual(logged, ["alert channel: sh: exit 3: no route"]);
    }
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 2, waiting: 0 });
    assert.deepEqual((await delivered()).toSorted(), ["one", "two"]);
  });

  it("F28: kills a hanging channel and its children at the limit, and loses no alert", async () => {
    const pids = join(stateDir, "pids");
    // Ignores SIGTERM, and its child keeps the pipes open.
    const hanging: Channel = { command: ["sh", "-c", `trap '' TERM; sleep 60 & echo $! $$ > "$0"; wait`, pids] };
    for (const key of ["one", "two"]) await raiseOne(key);
    const start = performance.now();
    const logged: string[] = [];
    assert.deepEqual(await deliver(stateDir, hanging, line => logged.push(line), 300), { sent: 0, waiting: 2 });
    assert.ok(performance.now() - start < 900, `took ${performance.now() - start} ms`);
    assert.match(logged.join(), /^alert channel: sh took longer than 0\.[123] s and was killed$/);
    await new Promise(resolve => setTimeout(resolve, 100));
    for (const pid of (await readFile(pids, "utf8")).trim().split(" "))
      assert.ok(await ended(pid), `process ${pid} still runs`);
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 2, waiting: 0 });
  });

  it("F28: applies one time limit to all of them", async () => {
    for (let event = 0; event < 6; event++) await raiseOne(`event ${event}`);
    const slow: Channel = { command: ["sh", "-c", `cat >> "$0"; echo >> "$0"; sleep 0.2`, join(stateDir, "got")] };
    const start = performance.now();
    const done = await deliver(stateDir, slow, failOnLog, 600);
    assert.ok(performance.now() - start < 800, `took ${performance.now() - start} ms`);
    assert.ok(done.sent >= 1 && done.sent <= 3, `${done.sent} sent`);
    assert.equal(done.sent + done.waiting, 6);
    await deliver(stateDir, working(), failOnLog);
    assert.equal((await delivered()).length, 6, "no alert may be sent twice");
  });

  it("doesn't wait for background processes of a channel", async () => {
    await raiseOne("one");
    const start = performance.now();
    assert.deepEqual(
      await deliver(stateDir, { command: ["sh", "-c", "cat >/dev/null; sleep 2 & exit 0"] }, failOnLog),
      {
        sent: 1,
        waiting: 0,
      },
    );
    assert.ok(performance.now() - start < 1_000);
  });

  it("judges a program that reads nothing by its exit code, and reports one that isn't found", async () => {
    await raise(
      stateDir,
      { key: "big", severity: "info", app: "keycloak", why: "x".repeat(500_000), todo: "nothing" },
      failOnLog,
    );
    const logged: string[] = [];
    assert.equal((await deliver(stateDir, { command: ["/nowhere/mailer"] }, line => logged.push(line))).sent, 0);
    assert.match(logged.join(), /^alert channel: \/nowhere\/mailer: .*ENOENT/);
    assert.equal((await deliver(stateDir, { command: ["true"] }, failOnLog)).sent, 1);
  });

  it("P1: leaves it to another process that is delivering", async () => {
    await raiseOne("one");
    const held = (await tryLock(join(stateDir, "alerts", "lock")))!;
    assert.deepEqual(await deliver(stateDir, working(), failOnLog), { sent: 0, waiting: 1 });
    await held.release();
    const both = await Promise.all([deliver(stateDir, working(), failOnLog), deliver(stateDir, working(), failOnLog)]);
    assert.equal(
      both.reduce((sum, { sent: number }) => sum + number, 0),
      1,
    );
    assert.deepEqual(await delivered(), ["one"]);
  });

  it("skips an unreadable alert, and keeps it", async () => {
    await mkdir(join(stateDir, "alerts"));
    const newer = join(stateDir, "alerts", `${alertId("newer", new Date(0))}.json`);
    await writeFile(newer, '{"format": 2}');
    await writeFile(join(stateDir, "alerts", "half.json.tmp"), "{");
    await raiseOne("one");
    const logged: string[] = [];
    assert.deepEqual(await deliver(stateDir, working(), line => logged.push(line)), { sent: 1, waiting: 1 });
    assert.match(logged.join(), /a newer hearth wrote it/);
    assert.ok(existsSync(newer));
  });

  it("keeps the last 200 sent alerts", async () => {
    const folder = join(stateDir, "alerts", "sent");
    await mkdir(folder, { recursive: true });
    for (let event = 0; event < 210; event++)
      await writeFile(join(folder, `${alertId(`old ${event}`, new Date(event))}.json`), "{}");
    const id = await raiseOne("one");
    await deliver(stateDir, working(), failOnLog);
    const kept = (await sent()).toSorted();
    assert.equal(kept.length, 200);
    assert.equal(kept.at(-1), `${id}.json`);
  });

  describe("to a webhook", () => {
    let server: Server;
    let status = 204;
    let bodies: string[] = [];
    let webhook: string;
    beforeEach(async () => {
      [status, bodies] = [204, []];
      server = createServer(async (request, response) => {
        let body = "";
        for await (const chunk of request) body += String(chunk);
        bodies.push(body);
        if (status !== 0) response.writeHead(status).end();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      webhook = `http://127.0.0.1:${(server.address() as { port: number }).port}/hooks/Sentinel-4711`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    it("F28: posts the alert, and counts only a 2xx as accepted", async () => {
      await raiseOne("one");
      status = 500;
      const logged: string[] = [];
      assert.equal((await deliver(stateDir, { webhook }, line => logged.push(line))).sent, 0);
      assert.deepEqual(logged, ["alert channel: the webhook answered 500"]);
      status = 204;
      assert.equal((await deliver(stateDir, { webhook }, failOnLog)).sent, 1);
      assert.deepEqual(
        bodies.map(body => JSON.parse(body).why),
        ["one", "one"],
      );
    });

    it("F28, F32: gives up on one that hangs or is unreachable, and never logs its URL", async () => {
      await raiseOne("one");
      status = 0;
      const logged: string[] = [];
      const start = performance.now();
      assert.equal((await deliver(stateDir, { webhook }, line => logged.push(line), 250)).sent, 0);
      assert.ok(performance.now() - start < 800);
      server.closeAllConnections();
      server.close();
      assert.equal((await deliver(stateDir, { webhook }, line => logged.push(line))).sent, 0);
      assert.deepEqual(logged, [
        "alert channel: the webhook took longer than 0.2 s",
        "alert channel: the webhook can't be reached (ECONNREFUSED)",
      ]);
      assert.equal(await waiting(stateDir), 1);
    });
  });

  it("is configured as a command or a webhook, not both", () => {
    assert.deepEqual(channel.parse({}), {});
    assert.ok(channel.safeParse({ command: ["mail"] }).success);
    assert.ok(channel.safeParse({ webhook: "https://a.test/x" }).success);
    for (const wrong of [
      { command: [] },
      { webhook: "ftp://a.test" },
      { command: ["mail"], webhook: "https://a.test/x" },
      { mail: "x" },
    ])
      assert.equal(channel.safeParse(wrong).success, false, JSON.stringify(wrong));
  });
});

/** Whether the process has exited or is a zombie. */
async function ended(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined || stat.includes(") Z ");
}
