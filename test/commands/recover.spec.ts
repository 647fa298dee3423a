import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recoverApps } from "../../commands/recover.ts";
import { type WarmAppInputs, warmAppInputs } from "../../providers/app/inputs.ts";
import { type Lock, tryLock } from "../../providers/lib/lock/flock.ts";
import { appFolder, type AppFolder } from "../../providers/lib/state/appFolder.ts";
import { beginOperation, type Operation, writeStep } from "../../providers/lib/state/operation.ts";

const MINUTE = 60_000;

describe("hearth recover that meets the lock of an app", () => {
  let stateDir: string;
  let app: WarmAppInputs;
  let folder: AppFolder;
  let lock: Lock;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-recover-"));
    app = warmAppInputs.parse({ recipe: "keycloak", domain: "k.test", stateDir });
    folder = appFolder(stateDir, app.domain);
    lock = (await tryLock(folder.lock))!;
  });
  afterEach(async () => {
    await lock.release();
    await rm(stateDir, { recursive: true });
  });

  /** The file as it would be if the lock had been acquired `ms` earlier. */
  const ageLock = async (ms: number) => {
    const [holder, since = ""] = (await readFile(folder.lock, "utf8")).split("\n");
    const [boot, at] = since.split(" ");
    await writeFile(folder.lock, `${holder}\n${boot} ${Number(at) - ms}\n`);
  };
  const recover = async () => {
    const [logged, failed]: string[][] = [[], []];
    const code = await recoverApps([app], {
      log: line => void logged!.push(line),
      logError: line => void failed!.push(line),
      wait: 50,
    });
    return { code, failed };
  };
  const open = async (ms: number): Promise<Operation> => {
    const plan = { kind: "upgrade", recipe: "keycloak", domain: "k.test", from: "1.0.0+1", to: "1.1.0+2" } as const;
    const begun = await beginOperation(folder, plan);
    const deploying = await writeStep(folder, begun, "deploy");
    const stepStartedAt = new Date(Date.now() - ms).toISOString();
    await writeFile(folder.operation, JSON.stringify({ ...deploying, stepStartedAt }));
    return deploying;
  };
  const alerts = async () => {
    const files = (await readdir(join(stateDir, "alerts")).catch(() => [])).filter(name => name.endsWith(".json"));
    const texts = await Promise.all(files.map(name => readFile(join(stateDir, "alerts", name), "utf8")));
    return texts.map(text => JSON.parse(text) as { severity: string; why: string; todo: string });
  };

  it("F16: succeeds if its holder works", async () => {
    await open(59 * MINUTE);
    await ageLock(3 * 60 * MINUTE);
    assert.deepEqual([await recover(), await alerts()], [{ code: 0, failed: [] }, []]);
  });

  it("F53, P10: says so, fails and alerts once if its holder's step stands still for an hour", async () => {
    await open(61 * MINUTE);
    await ageLock(62 * MINUTE);
    for (const _ of [1, 2]) {
      const { code, failed } = await recover();
      assert.equal(code, 1);
      assert.match(
        failed!.join(),
        new RegExp(`^keycloak: pid ${process.pid} on \\S+ at deploy of 1\\.0\\.0\\+1 → 1\\.1\\.0\\+2 for 61 min`),
      );
    }
    const [first, ...more] = await alerts();
    assert.deepEqual([first?.severity, more], ["critical", []]);
    assert.match(first!.why, /stands still: .* at deploy of/);
    assert.match(first!.todo, new RegExp(`kill ${process.pid}; hearth recover then`));
  });

  it("F53, P10: does so without an operation too, by the lock's age", async () => {
    await ageLock(59 * MINUTE);
    assert.equal((await recover()).code, 0);
    await ageLock(2 * MINUTE);
    const { code, failed } = await recover();
    assert.equal(code, 1);
    assert.match(failed!.join(), /^keycloak: pid \d+ on \S+ has held the lock for 61 min/);
    assert.equal((await alerts()).length, 1);
  });

  it("F49, F58: believes neither a step from before a power cut nor a clock that was set", async () => {
    await open(48 * 60 * MINUTE); // resumed: it keeps its start
    assert.deepEqual([(await recover()).code, await alerts()], [0, []]);
  });

  it("F2: doesn't believe a lock file from an earlier boot", async () => {
    await writeFile(folder.lock, "pid 1 on ci\nanother-boot 0\n");
    assert.deepEqual([(await recover()).code, await alerts()], [0, []]);
  });
});
