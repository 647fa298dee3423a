import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { project } from "../lab/paths.ts";
import { brokenLayers, layers } from "./layers.ts";

/** For each rule, a tree that violates it: path → import. */
const broken: Record<string, Record<string, string>> = {
  "no-circular": { "providers/app/a.ts": "./b.ts", "providers/app/b.ts": "./a.ts" },
  "lib-knows-no-resource": { "providers/lib/docker/a.ts": "../../app/a.ts", "providers/app/a.ts": "" },
  "lib-knows-no-pulumi": { "providers/lib/docker/a.ts": "@pulumi/pulumi" },
  "tool-behind-index": { "providers/app/a.ts": "../lib/docker/stack.ts", "providers/lib/docker/stack.ts": "" },
  "tool-behind-index-in-lib": { "providers/lib/abra/a.ts": "../docker/stack.ts", "providers/lib/docker/stack.ts": "" },
  "resources-stand-alone": { "providers/app/a.ts": "../runApp/a.ts", "providers/runApp/a.ts": "" },
  "lease-repairs-warm-apps": { "providers/lease/a.ts": "../realm/a.ts", "providers/realm/a.ts": "" },
  "resources-know-nothing-above": { "providers/app/a.ts": "../../stacks/config.ts", "stacks/config.ts": "" },
  "pulumi-knows-no-resource": { "providers/pulumi/check.ts": "../app/a.ts", "providers/app/a.ts": "" },
  "stacks-know-no-command": { "stacks/warm.ts": "../commands/run/a.ts", "commands/run/a.ts": "" },
  "subcommands-stand-alone": { "commands/run.ts": "./reap.ts", "commands/reap.ts": "" },
  "one-file-runs-programs": { "commands/run.ts": "execa" },
  "no-test-in-production": { "stacks/warm.ts": "../test/a.ts", "test/a.ts": "" },
};

describe("the layers", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-layers-"));
    await symlink(join(project, "node_modules"), join(folder, "node_modules"));
    await cp(join(project, "tsconfig.json"), join(folder, "tsconfig.json"));
    for (const each of ["providers", "commands", "stacks"]) await mkdir(join(folder, each));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(files: Record<string, string>): Promise<void> {
    for (const [path, imported] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), imported === "" ? "export {};\n" : `import "${imported}";\n`);
    }
  }

  it("have a violation for each rule here", () =>
    assert.deepEqual(Object.keys(broken).toSorted(), layers.map(({ name }) => name!).toSorted()));

  for (const [name, files] of Object.entries(broken))
    it(`report a violation of ${name}, and nothing else`, async () => {
      await write(files);
      const found = await brokenLayers(folder);
      assert.deepEqual([...new Set(found.map(line => line.split(":")[0]))], [name], found.join("\n"));
    });

  it("allow commands → stacks → resources → lib, tools through their index, and lease → app", async () => {
    await write({
      "commands/run/a.ts": "../../stacks/config.ts",
      "stacks/config.ts": "../providers/lease/a.ts",
      "providers/lease/a.ts": "../app/a.ts",
      "providers/app/a.ts": "../lib/docker/index.ts",
      "providers/lib/docker/index.ts": "./stack.ts",
      "providers/lib/docker/stack.ts": "../process/index.ts",
      "providers/lib/process/index.ts": "./run.ts",
      "providers/lib/process/run.ts": "execa",
    });
    assert.deepEqual(await brokenLayers(folder), []);
  });
});
