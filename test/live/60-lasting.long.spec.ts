import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runName, runOf } from "../../providers/lib/run/names.ts";
import { project } from "../lab/paths.ts";
import { contained } from "./contained.ts";
import { call, freshWarm, hearth, listing, realmStatus } from "./host.ts";

const login = join(project, "test/lab/login.ts");

describe("a run started and stopped by separate commands, on a real host", function () {
  this.timeout(1_500_000);

  before(async () => {
    if ((await realmStatus("master").catch(() => 0)) !== 200) await freshWarm();
  });

  it("F39, P8: survives three reaps in 15 minutes, on the host and in a container; stop removes it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hearth-lasting-"));
    const host = await listing();
    const builds = ["here", "contained"].map(where => ({
      where,
      id: `${where}-${Date.now()}`,
      file: join(folder, where),
    }));
    const from = (where: string, argv: readonly string[]) =>
      where === "here" ? hearth(argv) : call("docker", contained(["hearth", ...argv]));
    for (const { where, id, file } of builds) {
      const started = await from(where, ["run", "start", "--recipe", "notes", "--build", id, "--output", file]);
      assert.equal(started.exitCode, 0, started.all);
    }
    for (let pass = 0; pass < 3; pass++) {
      await sleep(300_000);
      const reaped = await hearth(["reap"]);
      assert.deepEqual([reaped.exitCode, reaped.all], [0, ""]);
    }
    for (const { where, id, file } of builds) {
      const env = Object.fromEntries(
        (await readFile(file, "utf8"))
          .split("\n")
          .filter(Boolean)
          .map(line => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      );
      const done = await call(process.execPath, [login], { env });
      assert.equal(done.exitCode, 0, done.all);
      assert.equal((await from(where, ["run", "stop", "--recipe", "notes", "--build", id])).exitCode, 0);
      assert.equal(await realmStatus(runName(runOf({ recipe: "notes", build: id }))), 404);
    }
    assert.deepEqual(await listing(), host);
    await rm(folder, { recursive: true });
  });
});
