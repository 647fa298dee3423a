import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileCacheEnv } from "../../../commands/pulumi/compileCache.ts";
import { run } from "../../../providers/lib/process/run.ts";

describe("the compile cache of Pulumi's processes", () => {
  it("is where the caller sets it, and keeps the caller's other Node options", () => {
    const given = compileCacheEnv("/cache", { NODE_COMPILE_CACHE: "/mine", NODE_OPTIONS: "--max-old-space-size=99" });
    assert.equal(given.NODE_COMPILE_CACHE, "/mine");
    assert.match(given.NODE_OPTIONS, /^--max-old-space-size=99 --require="\/.*natives\.cjs"$/);
    assert.equal(compileCacheEnv("/cache", {}).NODE_COMPILE_CACHE, "/cache");
    assert.equal(compileCacheEnv("/cache", { NODE_COMPILE_CACHE: "" }).NODE_COMPILE_CACHE, "/cache");
    assert.ok(!("NODE_COMPILE_CACHE" in compileCacheEnv(undefined, {})), "without a private folder there is no cache");
    assert.deepEqual(compileCacheEnv("/cache", given), given, "applied twice equals applied once");
  });

  it("is shared by a process that sets its V8 flag late and one that never does", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hearth-compiled-"));
    try {
      const [code, cache] = [join(folder, "code.cjs"), join(folder, "cache")];
      await mkdir(cache);
      await writeFile(code, `exports.twice = n => n * 2;`);
      const load = `require(${JSON.stringify(code)}).twice(1);`;
      // Pulumi's language host sets the flag like this (runtime/closure/v8Hooks.js); its provider doesn't.
      const late = `${load} require("node:v8").setFlagsFromString("--allow-natives-syntax");`;
      const cacheResult = async (script: string) => {
        const env = { ...compileCacheEnv(cache, {}), NODE_DEBUG_NATIVE: "COMPILE_CACHE" };
        const { stdout, stderr } = await run(process.execPath, ["-e", script], "load", { env });
        return /code cache for CommonJS \S*code\.cjs was (\w+)/.exec(stdout + stderr)?.[1];
      };
      const results: (string | undefined)[] = [];
      for (const script of [late, late, load, late]) results.push(await cacheResult(script));
      assert.deepEqual(results, ["not", "accepted", "accepted", "accepted"]);
      assert.equal((await readdir(cache)).length, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
