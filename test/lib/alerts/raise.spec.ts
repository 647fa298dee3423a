import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alert, raise, type Raised } from "../../../providers/lib/alerts/raise.ts";
import { waiting } from "../../../providers/lib/alerts/spool.ts";
import { root, smallDisk } from "../fs/tmpfs.ts";

const failed: Raised = {
  key: "op1 recovered",
  severity: "warning",
  app: "keycloak",
  attempted: "10.8.0+26.5.0",
  lastGood: "10.7.1+26.4.0",
  recovered: true,
  why: "HTTP 503",
  todo: "nothing",
};
const failOnLog = (line: string) => assert.fail(line);

describe("an alert", () => {
  let stateDir: string;
  beforeEach(async () => (stateDir = await mkdtemp(join(tmpdir(), "hearth-alert-"))));
  afterEach(() => rm(stateDir, { recursive: true }));

  it("P10: is written in full, readable by root only", async () => {
    const id = await raise(stateDir, failed, failOnLog);
    const path = join(stateDir, "alerts", `${id}.json`);
    const kept = alert.parse(JSON.parse(await readFile(path, "utf8")));
    assert.deepEqual(kept, { format: 1, id, ...failed, when: kept.when });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal(await waiting(stateDir), 1);
  });

  it("F28: is raised once per event, also if it was sent meanwhile", async () => {
    const id = await raise(stateDir, failed, failOnLog);
    assert.equal(await raise(stateDir, { ...failed, why: "HTTP 502" }, failOnLog), id);
    const alerts = join(stateDir, "alerts");
    await mkdir(join(alerts, "sent"));
    await rename(join(alerts, `${id}.json`), join(alerts, "sent", `${id}.json`));
    assert.equal(await raise(stateDir, failed, failOnLog), id);
    assert.equal(await waiting(stateDir), 0);
    assert.notEqual(await raise(stateDir, { ...failed, key: "op2 recovered" }, failOnLog), id);
    assert.equal(await waiting(stateDir), 1);
  });

  it("has an id that sorts by time", async () => {
    const ids = [];
    for (let event = 0; event < 5; event++) {
      ids.push(await raise(stateDir, { ...failed, key: `event ${event}` }, failOnLog));
      await new Promise(resolve => setTimeout(resolve, 3));
    }
    assert.deepEqual(ids.toSorted(), ids);
  });

  it("has a short reason, masked before it is cut, and no control characters", async () => {
    const secret = "Sentinel-4711";
    const long = {
      ...failed,
      why: `${"x".repeat(70)} ${secret} ${"y".repeat(300)}`,
      fatal: `\u001b[31m${"z".repeat(900)}`,
    };
    const id = await raise(stateDir, long, failOnLog, [secret]);
    const kept = alert.parse(JSON.parse(await readFile(join(stateDir, "alerts", `${id}.json`), "utf8")));
    assert.equal(kept.why, `${"x".repeat(70)} ***…`);
    assert.equal(kept.fatal, `${"z".repeat(299)}…`);
    const split = { ...failed, key: "split", why: "refused: Sentinel\u001b[0m-4711" };
    const other = await raise(stateDir, split, failOnLog, [secret]);
    assert.doesNotMatch(await readFile(join(stateDir, "alerts", `${other}.json`), "utf8"), /4711/);
  });

  it("F32: contains no secret", async () => {
    const id = await raise(
      stateDir,
      { ...failed, why: "refused: Sentinel-4711", fatal: "FATA DB_PASSWORD=other4711" },
      failOnLog,
      ["Sentinel-4711"],
    );
    const text = await readFile(join(stateDir, "alerts", `${id}.json`), "utf8");
    assert.ok(!/4711/.test(text), text);
  });

  it("F4: that can't be written is logged in full, without an error", async function () {
    if (!root) return this.skip();
    const disk = smallDisk(64);
    try {
      await mkdir(join(disk.path, "alerts"));
      await disk.fill();
      const logged: string[] = [];
      assert.equal(await raise(disk.path, failed, line => logged.push(line)), undefined);
      assert.equal(logged.length, 1);
      assert.match(logged[0]!, /^keycloak: can't write an alert \(ENOSPC.*\): warning: HTTP 503; to do: nothing$/);
      assert.deepEqual(await readdir(join(disk.path, "alerts")), []);
    } finally {
      disk.remove();
    }
  });
});
