import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { cleanUp } from "../../../providers/app/live/cleanUp.ts";
import { snapshots } from "../../../providers/app/live/snapshots.ts";
import { openSession } from "../../../providers/app/live/session.ts";
import { warmAppInputs } from "../../../providers/app/inputs.ts";
import type { AppContext } from "../../../providers/app/context.ts";
import { readManifest } from "../../../providers/lib/snapshot/index.ts";
import { appFolder, type Operation, writeGuards, writeLastGood } from "../../../providers/lib/state/index.ts";

/** A docker that has the volumes with a folder in volumes/, and lists who mounts one from the file mounts/<volume>. */
const docker = (root: string) => `#!/bin/sh
echo "$*" >> ${root}/calls
for last; do :; done
case "$1 $2" in
  "volume ls") ls ${root}/volumes ;;
  "volume create") mkdir -p ${root}/volumes/$last/_data ;;
  "volume inspect")
    [ -d ${root}/volumes/$3 ] || { echo "Error: no such volume: $3" >&2; exit 1; }
    printf '[{"Name":"%s","Mountpoint":"%s","Driver":"local","Options":null}]' $3 ${root}/volumes/$3/_data ;;
  "ps --filter") cat ${root}/mounts/\${3#volume=} 2>/dev/null || true ;;
  *) echo "fake docker: $*" >&2; exit 1 ;;
esac
`;

describe("the data of a warm app", function () {
  this.timeout(60_000);
  const path = process.env["PATH"];
  const abraDir = process.env["ABRA_DIR"];
  let root: string;
  let context: AppContext;
  const operation = (id: string, more: object = {}) => ({ id, from: "1.0.0+1", to: "1.1.0+2", ...more }) as Operation;
  const file = (volume: string) => join(root, "volumes", `a_test_${volume}`, "_data", "file");
  const adapter = () => snapshots(openSession(context, ["data", "uploads"]));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-data-"));
    for (const folder of ["bin", "mounts", "abra/servers/default"])
      await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(root, "bin", "docker"), docker(root), { mode: 0o755 });
    for (const volume of ["data", "uploads"]) {
      await mkdir(join(root, "volumes", `a_test_${volume}`, "_data"), { recursive: true });
      await writeFile(file(volume), `${volume} before`);
    }
    process.env["PATH"] = `${join(root, "bin")}${delimiter}${path}`;
    process.env["ABRA_DIR"] = join(root, "abra");
    await writeFile(join(root, "abra", "servers", "default", "a.test.env"), "A=changed\n");
    const app = warmAppInputs.parse({ recipe: "web", domain: "a.test", stateDir: join(root, "state") });
    const folder = appFolder(app.stateDir, app.domain);
    await mkdir(folder.path, { recursive: true });
    context = { app, stack: "a_test", folder, lock: 0, log: () => undefined } as unknown as AppContext;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    if (abraDir === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = abraDir;
    await rm(root, { recursive: true });
  });
  const mount = (volume: string, users: string) => writeFile(join(root, "mounts", `a_test_${volume}`), users);
  const read = () => Promise.all(["data", "uploads"].map(volume => readFile(file(volume), "utf8")));

  it("P2: is snapshotted with the version, the images and the .env from before the operation", async () => {
    await writeLastGood(context.folder, "1.0.0+1", { app: { id: "sha256:1", name: "web:1" } });
    await writeFile(join(context.folder.path, "env.op-1"), "A=before\n");
    await adapter().snapshot(operation("op-1"));
    const manifest = (await readManifest(context.folder.path, "snapshot"))!;
    const { id, app, recipe, version, images, volumes } = manifest;
    assert.deepEqual(
      { id, app, recipe, version, images, volumes: volumes.map(({ name }) => name) },
      {
        id: "op-1",
        app: "a.test",
        recipe: "web",
        version: "1.0.0+1",
        images: { app: "sha256:1" },
        volumes: ["a_test_data", "a_test_uploads"],
      },
    );
    assert.equal(await readFile(join(context.folder.path, "snapshot", "env"), "utf8"), "A=before\n");
  });

  it("has the present .env in its snapshot if the operation hasn't changed it", async () => {
    await adapter().snapshot(operation("op-1"));
    assert.equal(await readFile(join(context.folder.path, "snapshot", "env"), "utf8"), "A=changed\n");
  });

  it("has no version in its snapshot if none ran on it", async () => {
    await adapter().snapshot({ id: "op-1", to: "1.1.0+2" } as Operation);
    assert.equal((await readManifest(context.folder.path, "snapshot"))?.version, "");
  });

  for (const volume of ["data", "uploads"])
    it(`F15: isn't snapshotted or restored while a container that is no guard mounts ${volume}`, async () => {
      await adapter().snapshot(operation("op-1"));
      await writeFile(file("data"), "data after");
      await mount(volume, `${JSON.stringify({ ID: "c1", Names: "a_test_app.1.x" })}\n`);
      const refused = { name: "MountedError", message: `volume a_test_${volume} is mounted by a_test_app.1.x` };
      await assert.rejects(adapter().snapshot(operation("op-2")), refused);
      await assert.rejects(adapter().restore(operation("op-1")), refused);
      assert.equal((await readManifest(context.folder.path, "snapshot"))?.id, "op-1");
      assert.deepEqual(await read(), ["data after", "uploads before"]);
      await writeGuards(context.folder, ["c2"]);
      await assert.rejects(adapter().snapshot(operation("op-2")), refused);
      await writeGuards(context.folder, ["c1", "c2"]);
      await adapter().snapshot(operation("op-2"));
      await adapter().restore(operation("op-1"));
      assert.deepEqual(await read(), ["data before", "uploads before"]);
    });

  it("P4: is restored from this operation's snapshot, or from the one that an operator chose", async () => {
    await adapter().snapshot(operation("op-1"));
    await writeFile(file("data"), "data later");
    await adapter().snapshot(operation("op-2"));
    await writeFile(file("data"), "data migrated");
    await adapter().restore(operation("op-2"));
    assert.deepEqual(await read(), ["data later", "uploads before"]);
    await adapter().restore(operation("op-3", { snapshot: "op-1" }));
    assert.deepEqual(await read(), ["data before", "uploads before"]);
    await assert.rejects(adapter().restore(operation("op-4")), {
      name: "UnusableSnapshotError",
      message: /^web's snapshot op-4 is damaged: not found; .*: hearth restore web --previous; .*: hearth restore web$/,
    });
  });

  it("P4: is restored into a volume that was removed", async () => {
    await adapter().snapshot(operation("op-1"));
    await rm(join(root, "volumes", "a_test_uploads"), { recursive: true });
    await adapter().restore(operation("op-1"));
    assert.deepEqual(await read(), ["data before", "uploads before"]);
    const calls = await readFile(join(root, "calls"), "utf8");
    assert.match(calls, /volume create --label com\.docker\.stack\.namespace=a_test a_test_uploads/);
  });

  it("P5: keeps what restores replaced, of every volume, until it is cleaned up", async () => {
    await adapter().snapshot(operation("op-1"));
    await adapter().restore(operation("op-1"));
    await adapter().restore(operation("op-2", { snapshot: "op-1" }));
    const beside = async () =>
      (await Promise.all(["data", "uploads"].map(volume => readdir(join(root, "volumes", `a_test_${volume}`))))).flat();
    for (const id of ["op-1", "op-2"])
      assert.equal((await beside()).filter(name => name.endsWith(`.hearth-old-${id}`)).length, 2);
    await cleanUp(openSession(context, ["data", "uploads"])).removeReplacedData();
    assert.deepEqual(await beside(), ["_data", "_data"]);
  });

  it("P5: is found in a declared volume that lacks the stack's label", async () => {
    const recipeAt = async () => ({ compose: { volumes: ["uploads"] } });
    const declared = { ...context, recipeAt } as unknown as AppContext;
    await writeFile(join(root, "bin", "docker"), docker(root).replace(/ls .*volumes ;;/, "true ;;"), { mode: 0o755 });
    const hasData = () => snapshots(openSession(declared, [])).hasData("1.0.0+1");
    assert.equal(await hasData(), true);
    await rm(join(root, "volumes", "a_test_uploads"), { recursive: true });
    assert.equal(await hasData(), false);
  });
});
