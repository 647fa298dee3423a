import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { fileAt, notesAt } from "../../providers/lib/recipe/files.ts";
import { tagsOf } from "../../providers/lib/recipe/tags.ts";
import { composeAt } from "../../providers/lib/compose/recipe.ts";
import { firstRelease, release, resetUpstream, versionsOf } from "./upstream.ts";

describe("the upstream of the lab's recipes", function () {
  this.timeout(20_000);
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), "hearth-upstream-"))));
  afterEach(() => rm(root, { recursive: true }));
  const of = (recipe: string) => join(root, recipe);
  const gitOf = (recipe: string) => join(of(recipe), ".git");

  it("starts each recipe with a release that hearth can read", async () => {
    for (const [recipe, version] of Object.entries(firstRelease)) {
      await resetUpstream(recipe, root);
      assert.deepEqual(
        (await tagsOf(gitOf(recipe))).map(({ name, annotated }) => ({ name, annotated })),
        [{ name: version, annotated: true }],
      );
      const compose = await composeAt(gitOf(recipe), version, { domain: `${recipe}.hearth.test`, env: {} });
      assert.ok(compose.services["app"]);
    }
  });

  it("recreates releases with the same commits, so that no tag appears moved", async () => {
    const commit = async () => (await execa("git", ["rev-parse", "10.7.9+26.4.0"], { cwd: of("keycloak") })).stdout;
    await resetUpstream("keycloak", root);
    await release("keycloak", { version: "10.7.9+26.4.0" }, root);
    const first = await commit();
    await resetUpstream("keycloak", root);
    await release("keycloak", { version: "10.7.9+26.4.0" }, root);
    assert.equal(await commit(), first);
  });

  it("releases images, notes, lightweight tags and each kind of defect", async () => {
    await resetUpstream("keycloak", root);
    await release("keycloak", { version: "10.8.0+26.5.0", notes: "dump the database first" }, root);
    await release("keycloak", { version: "10.8.1+26.5.0", kind: "never-healthy" }, root);
    await release("keycloak", { version: "10.8.2+26.5.0", kind: "crashes" }, root);
    await release("keycloak", { version: "10.8.3+26.5.0", kind: "R009" }, root);
    await release("keycloak", { version: "10.8.4+26.5.0", kind: "no-image" }, root);
    await release("keycloak", { version: "10.8.5+26.5.0", lightweight: true }, root);
    const text = (version: string) => fileAt(gitOf("keycloak"), version, "compose.yml");
    assert.match((await text("10.8.0+26.5.0"))!, /hearth-lab\/keycloak:26\.5\.0/);
    const services = async (version: string) => parse((await text(version))!).services;
    const [good, neverHealthy] = [await services("10.8.0+26.5.0"), await services("10.8.1+26.5.0")];
    const { healthcheck } = good.app;
    assert.deepEqual(neverHealthy.app.healthcheck, {
      ...healthcheck,
      test: ["CMD", "false"],
      retries: 2,
      start_period: "15s",
    });
    await resetUpstream("custom-html", root);
    await release("custom-html", { version: "1.1.0+1.22", kind: "brings-volume" }, root);
    const brings = parse((await fileAt(gitOf("custom-html"), "1.1.0+1.22", "compose.yml"))!);
    assert.deepEqual(Object.keys(brings.volumes), ["brought", "content"]);
    assert.deepEqual(brings.services.app.volumes, ["brought:/brought", "content:/usr/share/nginx/html"]);
    const database = async (version: string) => fileAt(gitOf("keycloak"), version, "compose.mariadb.yml");
    const unchanged = await database("10.8.0+26.5.0");
    assert.equal(await database("10.8.1+26.5.0"), unchanged, "the database of a broken release is that of a good one");
    assert.match((await text("10.8.2+26.5.0"))!, /sleep 3; exit 1/);
    assert.match((await text("10.8.3+26.5.0"))!, /BROKEN: \{/);
    assert.match((await text("10.8.4+26.5.0"))!, /hearth-lab\/nothing/);
    assert.doesNotMatch(
      (await text("10.8.5+26.5.0"))!,
      /BROKEN|nothing|sleep 3|"false"/,
      "a defect stays on its own tag",
    );
    assert.deepEqual(
      (await tagsOf(gitOf("keycloak"))).filter(tag => !tag.annotated).map(tag => tag.name),
      ["10.8.5+26.5.0"],
    );
    assert.deepEqual(Object.keys(await notesAt(gitOf("keycloak"), "10.8.5+26.5.0")), ["10.8.0+26.5.0"]);
    assert.equal((await versionsOf("keycloak", root)).length, 7);
  });
});
