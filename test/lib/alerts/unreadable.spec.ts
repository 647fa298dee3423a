import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../../providers/lib/alerts/channel.ts";
import { deliver } from "../../../providers/lib/alerts/deliver.ts";
import { raise } from "../../../providers/lib/alerts/raise.ts";
import { alertId } from "../../../providers/lib/alerts/spool.ts";

describe("an alert that can't be read", () => {
  let stateDir: string;
  let logged: string[];
  const spool = () => join(stateDir, "alerts");
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-unreadable-"));
    await mkdir(spool());
    logged = [];
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  const log = (line: string) => void logged.push(line);
  const channel = (): Channel => ({ command: ["sh", "-c", `cat >> "$0"; echo >> "$0"`, join(stateDir, "got")] });
  const got = async () =>
    (await readFile(join(stateDir, "got"), "utf8").catch(() => ""))
      .split("\n")
      .filter(Boolean)
      .map(line => (JSON.parse(line) as { why: string }).why);
  const spooled = async () => (await readdir(spool())).filter(name => name.endsWith(".json"));
  const raiseOne = (why: string) =>
    raise(stateDir, { key: why, severity: "info", app: "keycloak", why, todo: "nothing" }, log);

  for (const [what, text] of [
    ["of a power cut, half written", '{"format": 1, "key": "x", "why": "a'],
    ["empty", ""],
    ["without its fields", '{"format": 1}'],
    ["of a newer hearth", '{"format": 2}'],
    ["with a severity that isn't known", '{"format": 1, "severity": "loud"}'],
  ] as const)
    it(`F28: ${what} blocks no other, before and after it, and stays`, async () => {
      const name = `${alertId("bad", new Date())}.json`;
      await raiseOne("before");
      await writeFile(join(spool(), name), text);
      await raiseOne("after");
      assert.deepEqual(await deliver(stateDir, channel(), log), { sent: 2, waiting: 1 });
      assert.deepEqual((await got()).toSorted(), ["after", "before"]);
      assert.deepEqual(await spooled(), [name]);
      assert.equal(logged.length, 1);
      assert.ok(logged[0]?.includes(name), logged[0]);
    });

  it("F28: that a directory or an I/O error stands for ends the delivery, which is said and lost nothing", async () => {
    await mkdir(join(spool(), `${alertId("bad", new Date(0))}.json`));
    await raiseOne("after");
    const { sent, waiting } = await deliver(stateDir, channel(), log);
    assert.equal(sent + waiting, 2);
    assert.match(logged.join(), /EISDIR/);
  });

  it("F28: isn't even looked at, as no other is, once the time is over", async () => {
    await raiseOne("one");
    assert.deepEqual(await deliver(stateDir, channel(), log, 0), { sent: 0, waiting: 1 });
    assert.deepEqual([await got(), logged], [[], []]);
  });
});
