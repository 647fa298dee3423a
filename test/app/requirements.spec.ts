import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { warmAppInputs, type WarmAppInputs } from "../../providers/app/inputs.ts";
import { readReleaseContext, readRequirements } from "../../providers/app/releaseContext.ts";
import { appFolder, approve, beginOperation, reject, writeStep } from "../../providers/lib/state/index.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { committer } from "../lib/git/committer.ts";

const [OLD, NEW, BROKEN] = ["1.0.0+1", "1.1.0+2", "1.2.0+3"] as const;
const secrets = "secrets: { db: { external: true, name: '${STACK_NAME}_db_${SECRET_DB_VERSION}' } }\n";
const compose = `version: "3.8"\nservices: { app: { image: "web:1" } }\n${secrets}`;

describe("what a check reads of a warm app's releases", () => {
  let swarm: FakeSwarm;
  let app: WarmAppInputs;
  let mirror: string;
  const abraDir = process.env["ABRA_DIR"];

  beforeEach(async () => {
    swarm = await fakeSwarm();
    const web = join(swarm.folder, "web");
    const git = (...argv: string[]) => execa("git", ["-C", web, ...argv], { env: committer });
    await mkdir(join(web, "release"), { recursive: true });
    await git("init", "--quiet");
    for (const [version, files] of [
      [OLD, { "compose.yml": compose, ".env.sample": "A=1\nSECRET_DB_VERSION=v1\n" }],
      [NEW, { ".env.sample": "A=1\nSECRET_DB_VERSION=v1\nB=2\nC=\n", [`release/${NEW}`]: "Read this." }],
      [BROKEN, { "compose.yml": "a: [", [`release/${BROKEN}`]: "And this." }],
    ] as const) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(web, name), text);
      await git("add", "--all");
      await git("commit", "--quiet", "-m", version);
      await git("tag", "--annotate", "-m", version, version);
    }
    mirror = join(swarm.folder, "web.git");
    await execa("git", ["clone", "--quiet", "--mirror", web, mirror]);
    process.env["ABRA_DIR"] = join(swarm.folder, "abra");
    await mkdir(join(swarm.folder, "abra", "servers", "default"), { recursive: true });
    app = warmAppInputs.parse({ recipe: "web", domain: "a.test", stateDir: join(swarm.folder, "state") });
  });
  afterEach(async () => {
    if (abraDir === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = abraDir;
    await swarm.end();
  });
  const writeEnv = (text: string) => writeFile(join(swarm.folder, "abra", "servers", "default", "a.test.env"), text);

  it("is what each newer version lacks; one that doesn't load lacks nothing, and preflight reports it", async () => {
    await writeEnv("TYPE=web\nA=1\nSECRET_DB_VERSION=v1\n");
    const found = await readRequirements(app, mirror, OLD, [NEW, BROKEN]);
    assert.deepEqual([found[NEW]?.variables, found[NEW]?.valueless], [[["B", "2"]], ["C"]]);
    assert.deepEqual(found[NEW]?.secrets, [{ name: "db", from: "generated" }]);
    assert.deepEqual(found[BROKEN]?.secrets, []);
  });

  it("is compared with an empty sample if the running version has no tag", async () => {
    await writeEnv("TYPE=web\nA=1\nSECRET_DB_VERSION=v1\n");
    const found = await readRequirements(app, mirror, "0.9.0+1", [NEW]);
    assert.deepEqual(found[NEW]?.variables, [["B", "2"]]);
    assert.deepEqual((await readRequirements(app, mirror, undefined, [NEW]))[NEW]?.variables, [["B", "2"]]);
    assert.deepEqual(await readRequirements(app, mirror, OLD, []), {});
  });

  it("is only secrets for an app without an .env: abra creates it from the sample", async () => {
    const { variables, valueless, secrets: needed } = (await readRequirements(app, mirror, undefined, [NEW]))[NEW]!;
    assert.deepEqual([variables, valueless, needed], [[], [], [{ name: "db", from: "generated" }]]);
  });

  it("P7: is the notes of every version, what was rejected and approved, in seconds, and what is missing", async () => {
    await writeEnv("TYPE=web\nA=1\nSECRET_DB_VERSION=v1\n");
    const folder = appFolder(app.stateDir, app.domain);
    await reject(folder, NEW, "HTTP 503");
    await approve(folder, BROKEN);
    const needs = await readRequirements(app, mirror, OLD, [NEW, BROKEN]);
    const context = await readReleaseContext(app, mirror, OLD, [], needs);
    assert.deepEqual(Object.keys(context.notes).toSorted(), [NEW, BROKEN]);
    assert.deepEqual(context.missing[NEW], ["the variable C has no value"]);
    const { at, why } = context.rejected[NEW]!;
    assert.ok(why === "HTTP 503" && Math.abs(at - Date.now() / 1000) < 60);
    assert.ok(Math.abs(context.approved[BROKEN]!.at - Date.now() / 1000) < 60);
    assert.deepEqual([context.running, context.policy], [OLD, app.updates]);
    assert.ok(Math.abs(context.now - Date.now() / 1000) < 60);
  });

  it("P7: is the version of an open rollback as rejected, after any approval; not that of an upgrade under way", async () => {
    const folder = appFolder(app.stateDir, app.domain);
    const rejected = async () => (await readReleaseContext(app, mirror, OLD, [], {})).rejected;
    await approve(folder, NEW);
    const plan = { kind: "upgrade", recipe: "web", domain: app.domain, from: OLD, to: NEW } as const;
    const operation = await beginOperation(folder, plan);
    assert.deepEqual(await rejected(), {});
    const changes = { rollingBack: true, rejectsTarget: true, why: "HTTP 503" };
    await writeStep(folder, operation, "restore", changes);
    const found = (await rejected())[NEW]!;
    assert.equal(found.why, "HTTP 503");
    const { approved } = await readReleaseContext(app, mirror, OLD, [], {});
    assert.ok(found.at >= approved[NEW]!.at);
  });
});
