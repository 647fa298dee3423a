import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { findDeployed } from "../../providers/lib/health/index.ts";
import { readOperation, type OperationStep } from "../../providers/lib/state/operation.ts";
import { readLastGood } from "../../providers/lib/state/versions.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { reviveEngine, stopEngine } from "../lab/engine.ts";
import { logIn, makeRealm } from "../lab/markerRealm.ts";
import { stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { database } from "./keycloak.ts";
import { call, freshWarm, hearth, keycloak, must, pulumi, traefik, upWarm } from "./host.ts";
import { killAll, upUntil } from "./interrupt.ts";
import { pruneHost } from "./prune.ts";

const folder = appFolder(stateDir, keycloak.domain);
const untouched = { migrations: ["26.4.0"], changes: 165 };
const tags = async () =>
  (await must("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).split("\n").filter(Boolean);

describe("a host that is pruned and whose engine restarts while an app is down, on a real host", function () {
  this.timeout(600_000);
  let present: string[] = [];
  let serial = 0;

  before(async () => {
    await freshWarm();
    await makeRealm("marker");
    present = await tags();
  });

  // The lab's other images come back from its registry, for the specs that follow.
  after(async () => {
    const left = await tags();
    for (const tag of present.filter(
      each => each.startsWith("127.0.0.1:") && !each.endsWith(":<none>") && !left.includes(each),
    ))
      await must("docker", "pull", "--quiet", tag);
  });

  /** Swarm restarts it itself; recover would repair it meanwhile, and at most three times an hour. */
  async function waitForIngress(): Promise<void> {
    const version = `https://${traefik.domain}/api/version`;
    for (let i = 0; (await call("curl", ["-sf", version])).exitCode !== 0; i++) {
      assert.ok(i < 60, "Traefik unreachable for 60 s");
      await sleep(1_000);
    }
  }

  async function pruneAndRestart(): Promise<void> {
    await pruneHost();
    await stopEngine();
    await reviveEngine();
    await pruneHost();
    if ((await findDeployed(traefik)).deployed) await waitForIngress();
  }

  async function assertIntact(): Promise<void> {
    assert.equal(await readOperation(folder), undefined);
    const { realms, ...rest } = await database();
    assert.deepEqual(rest, untouched, "the database is as before");
    assert.ok(realms.includes("marker"));
    assert.equal(await logIn("marker"), 200);
    assert.equal(
      await must("docker", "ps", "--all", "--quiet", "--filter", "label=hearth.guard"),
      "",
      "guards are left",
    );
  }

  // First: the releases below would be applied by its up.
  it("F47, P5: loses nothing after destroy; the next up deploys the app with its data", async () => {
    const version = (await readLastGood(folder))?.version;
    const gone = await pulumi(["destroy", "-s", "warm", "--yes", "--suppress-progress", "--non-interactive"]);
    assert.equal(gone.exitCode, 0, gone.all);
    await pruneAndRestart();
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal((await readLastGood(folder))?.version, version);
    await assertIntact();
  });

  const steps: OperationStep[] = ["stop", "snapshot", "deploy", "undeploy", "restore", "redeploy"];
  for (const step of steps)
    it(`F47, P5: loses nothing at ${step}; recover undoes the upgrade`, async () => {
      await release("keycloak", { version: `10.8.${++serial}+26.5.0`, kind: "never-healthy" });
      await upUntil(step, killAll);
      await pruneAndRestart();
      const done = await hearth(["recover"]);
      assert.equal(done.exitCode, 0, done.all);
      await assertIntact();
    });

  it("F47, P5: loses nothing while it is broken; retry brings it back once the cause is removed", async () => {
    await release("keycloak", { version: `10.8.${++serial}+26.5.0`, kind: "never-healthy" });
    let manifest = "";
    const path = () => `${folder.snapshot}/manifest.json`;
    await upUntil("undeploy", async () => {
      manifest = await readFile(path(), "utf8");
      await writeFile(path(), "{}");
    });
    assert.ok((await readOperation(folder))?.broken);
    await pruneAndRestart();
    await writeFile(path(), manifest);
    const done = await hearth(["retry", "keycloak"]);
    assert.equal(done.exitCode, 0, done.all);
    await assertIntact();
  });
});
