import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { foreignStack, keptEnv, replaceEnv } from "../../providers/app/env.ts";
import { keysToSet, readEnvDrift } from "../../providers/app/envDrift.ts";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { presentRecipe, targetApp, targetEnv, volumesAt } from "../../providers/app/recipe.ts";
import { recipeAt, RecipeError } from "../../providers/lib/compose/recipe.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { committer } from "../lib/git/committer.ts";

const OLD = "1.0.0+1.0";
const NEW = "1.1.0+2.0";
const compose = 'version: "3.8"\nservices: { app: { image: "web:1" } }\nvolumes: { data: }\n';
const overlay =
  'version: "3.8"\nservices: { db: { image: "db:1", secrets: [db] } }\nvolumes: { db: }\n' +
  "secrets: { db: { external: true, name: '${STACK_NAME}_db_${SECRET_DB_VERSION}' } }\n";
const sample =
  'TYPE=web\nCOMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"\nSECRET_DB_VERSION=v1\n';

describe("the recipe of a warm app", () => {
  const abraDir = process.env["ABRA_DIR"];
  let root: string;
  let mirror: string;
  let file: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-recipe-"));
    const web = join(root, "web");
    const git = (...argv: string[]) => execa("git", ["-C", web, ...argv], { env: committer });
    const release = async (version: string, files: Record<string, string>) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(web, name), text);
      await git("add", "--all");
      await git("commit", "--quiet", "-m", version);
      await git("tag", "--annotate", "-m", version, version);
    };
    await mkdir(web);
    await git("init", "--quiet");
    await release(OLD, { "compose.yml": compose, "compose.db.yml": overlay, ".env.sample": sample });
    await release(NEW, { "compose.new.yml": overlay, ".env.sample": `${sample}MOTD=hello\n` });
    mirror = join(root, "web.git");
    await execa("git", ["clone", "--quiet", "--mirror", web, mirror]);
    process.env["ABRA_DIR"] = join(root, "abra");
    await mkdir(join(root, "abra", "servers", "default"), { recursive: true });
    file = join(root, "abra", "servers", "default", "pages.test.env");
  });
  beforeEach(() => rm(file, { force: true }));
  after(async () => {
    if (abraDir === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = abraDir;
    await rm(root, { recursive: true });
  });

  const withEnv = (env: Record<string, string> = {}) => {
    const stateDir = join(root, "state");
    const app = warmAppInputs.parse({ recipe: "web", domain: "pages.test", server: "default", stateDir, env });
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    return { app, lines, context: { app, folder: appFolder(stateDir, app.domain), mirror, log } };
  };
  const volumes = async (app: ReturnType<typeof withEnv>["app"], version: string) =>
    (await presentRecipe(app, mirror, version)).compose.volumes;

  it("has the sample's files and secrets while the app has no .env, and the configured values over them", async () => {
    assert.deepEqual(await volumes(withEnv().app, OLD), ["data", "db"]);
    assert.deepEqual(await volumes(withEnv({ COMPOSE_FILE: "compose.yml" }).app, OLD), ["data"]);
  });

  it("F34: has no file or secret whose line the operator removed from the .env", async () => {
    await writeFile(file, `TYPE=web:${OLD}\n`);
    const { compose: found } = await presentRecipe(withEnv().app, mirror, OLD);
    assert.deepEqual({ volumes: found.volumes, secrets: found.secrets }, { volumes: ["data"], secrets: [] });
  });

  it("P2: is read for a snapshot as it was deployed, not with what the next up configures", async () => {
    await writeFile(file, `TYPE=web:${OLD}\nCOMPOSE_FILE=compose.yml:compose.db.yml\n`);
    for (const configured of ["compose.yml", "compose.yml:compose.new.yml"]) {
      const { context, lines } = withEnv({ COMPOSE_FILE: configured });
      assert.deepEqual(await volumesAt(context, OLD, undefined), ["data", "db"]);
      assert.deepEqual(lines, []);
    }
  });

  it("P2: is read with the .env from before an operation, which wrote another one", async () => {
    const { context } = withEnv();
    await writeFile(file, `TYPE=web:${OLD}\nCOMPOSE_FILE=compose.yml\n`);
    await mkdir(context.folder.path, { recursive: true });
    await writeFile(keptEnv(context.folder, "op"), "COMPOSE_FILE=compose.yml:compose.db.yml\n");
    assert.deepEqual(await volumesAt(context, OLD, "op"), ["data", "db"]);
    assert.deepEqual(await volumesAt(context, OLD, "not yet written"), ["data"]);
  });

  it("leaves the volumes to Docker, with a line, if its files can't be read", async () => {
    await writeFile(file, `TYPE=web:${OLD}\nCOMPOSE_FILE=compose.gone.yml\n`);
    const { context, lines } = withEnv();
    assert.equal(await volumesAt(context, OLD, undefined), undefined);
    assert.match(lines.join("\n"), /^web: version 1\.0\.0\+1\.0: compose\.gone\.yml not found.*Docker lists$/);
    assert.equal(await volumesAt(context, "9.9.9+9", undefined), undefined, "no such tag");
  });

  it("is read at an upgrade's target with exactly the .env that the upgrade writes", async () => {
    const { app } = withEnv({ COMPOSE_FILE: "compose.yml:compose.new.yml" });
    await writeFile(file, `TYPE=web:${OLD}\nSECRET_DB_VERSION=v2\n`);
    const text = await targetEnv(app, mirror, { from: OLD, to: NEW });
    assert.match(text, /^MOTD=hello$/m);
    assert.match(text, /^SECRET_DB_VERSION=v2$/m);
    const { env, compose: found } = await recipeAt(mirror, NEW, await targetApp(app, mirror, { from: OLD, to: NEW }));
    assert.equal(env["MOTD"], "hello");
    assert.deepEqual(
      found.secrets.map(({ fullName }) => fullName),
      ["pages_test_db_v2"],
    );
  });

  it("F34, P13: an upgrade changes the configured keys of an adopted .env, and no other byte but what it adds", async () => {
    const adopted = `TYPE=web:${OLD}\r\nLETS_ENCRYPT_ENV=production\r\nDOMAIN = "pages.test" # mine\r\nSECRET_DB_VERSION=v2\r\n`;
    const at = { from: OLD, to: NEW };
    await writeFile(file, adopted);
    assert.equal(await targetEnv(withEnv().app, mirror, { from: OLD, to: OLD }), adopted);
    assert.equal(await targetEnv(withEnv().app, mirror, at), `${adopted}MOTD=hello\r\n`);
    const { app } = withEnv({ LETS_ENCRYPT_ENV: "" });
    assert.equal(await targetEnv(app, mirror, at), `${adopted.replace("production", "")}MOTD=hello\r\n`);
    const before = await stat(file);
    await chmod(file, 0o664);
    await replaceEnv(app, await targetEnv(app, mirror, at));
    const { mode, uid, gid } = await stat(file);
    assert.deepEqual([mode & 0o777, uid, gid], [0o664, before.uid, before.gid]);
  });

  describe("whose .env differs from the configuration", () => {
    const tagged = { deployed: true, version: OLD, chaos: false };
    const keys = ["LETS_ENCRYPT_ENV", "DOMAIN"];
    const app = () => withEnv({ LETS_ENCRYPT_ENV: "", SECRET_DB_VERSION: "v2" }).app;
    beforeEach(() => writeFile(file, `TYPE=web:${OLD}\nLETS_ENCRYPT_ENV=production\nDOMAIN=\nSECRET_DB_VERSION=v2\n`));

    it("F34: gets the keys that hearth owns from the next up, by name", async () => {
      const drift = await readEnvDrift(app(), mirror, tagged);
      assert.deepEqual(drift, { keys, held: undefined });
      assert.deepEqual(keysToSet(drift), keys);
      const gone = { deployed: false, version: undefined, chaos: false };
      assert.deepEqual(keysToSet(await readEnvDrift(app(), mirror, gone)), keys);
    });

    it("P13: keeps them if it was deployed by chaos or without a tag: a deploy would replace it", async () => {
      const cases = [
        [{ ...tagged, chaos: true }, "deployed by chaos"],
        [{ ...tagged, version: undefined }, "deployed without a version"],
        [{ ...tagged, version: "9f3c2ab" }, "9f3c2ab is no tag of its recipe"],
      ] as const;
      for (const [deployed, held] of cases) {
        const drift = await readEnvDrift(app(), mirror, deployed);
        assert.deepEqual([drift, keysToSet(drift)], [{ keys, held }, []]);
      }
    });

    it("P13: differs in no key that isn't configured, and not without a file", async () => {
      await writeFile(file, `TYPE=web:${OLD}\nLETS_ENCRYPT_ENV=production\nDOMAIN=pages.test\n`);
      assert.deepEqual((await readEnvDrift(withEnv().app, mirror, tagged)).keys, []);
      await rm(file);
      assert.deepEqual((await readEnvDrift(app(), mirror, tagged)).keys, []);
    });
  });

  it("needs nothing from the target's sample that an upgrade doesn't add: neither a file nor a removed secret", async () => {
    await writeFile(file, `TYPE=web:${OLD}\n`);
    const target = await targetApp(withEnv().app, mirror, { from: OLD, to: NEW });
    const { compose: found } = await recipeAt(mirror, NEW, target);
    assert.deepEqual({ volumes: found.volumes, secrets: found.secrets }, { volumes: ["data"], secrets: [] });
    const gone = { ...target, envText: "COMPOSE_FILE=compose.gone.yml" };
    await assert.rejects(recipeAt(mirror, NEW, gone), RecipeError);
  });

  it("isn't managed if the .env names another stack than the domain's", async () => {
    const { app } = withEnv();
    assert.equal(await foreignStack(app), undefined);
    for (const line of ["STACK_NAME=pages_test", "STACK_NAME="]) {
      await writeFile(file, `${line}\n`);
      assert.equal(await foreignStack(app), undefined);
    }
    await writeFile(file, "STACK_NAME=proxy\n");
    assert.equal(
      await foreignStack(app),
      "pages.test.env sets STACK_NAME=proxy: hearth manages only the stack pages_test",
    );
  });
});
