import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The provider is started as Pulumi does: the CLI starts a shell that starts node. */
describe("a provider whose CLI was killed", function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-orphan-"))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Starts a provider with a call that takes `ms` milliseconds, then kills the CLI. */
  async function orphaned(ms: number): Promise<{ pid: number; finished: () => boolean }> {
    const script = join(folder, "dynamic-provider.mjs");
    const orphan = createRequire(import.meta.url).resolve("../../providers/pulumi/process.ts");
    await writeFile(
      script,
      `import { writeFileSync } from "node:fs";
       import { createServer } from "node:http";
       const { surviveParent } = await import(${JSON.stringify(orphan)});
       createServer().listen(0);
       const provider = surviveParent({ async update() { await new Promise(done => setTimeout(done, ${ms})); console.log("output without a reader"); writeFileSync(${JSON.stringify(join(folder, "finished"))}, ""); } });
       console.log(process.pid);
       await provider.update();`,
    );
    const shell = join(folder, "plugin");
    await writeFile(shell, `#!/bin/sh\n"${process.execPath}" "${script}"\necho ended\n`, { mode: 0o755 });
    const cli = spawn(
      process.execPath,
      [
        "-e",
        `require("node:child_process").spawn(${JSON.stringify(shell)}, { stdio: ["ignore", 1, 2], detached: true })`,
        "-",
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const pid = await new Promise<number>(resolve =>
      cli.stdout.once("data", chunk => resolve(Number(String(chunk).trim()))),
    );
    cli.stdout.destroy();
    cli.stderr.destroy();
    cli.kill("SIGKILL");
    return { pid, finished: () => existsSync(join(folder, "finished")) };
  }

  const waitForExit = async (pid: number) => {
    for (let i = 0; existsSync(`/proc/${pid}`); i++) {
      assert.ok(i < 100, `${pid} never ends`);
      await sleep(100);
    }
  };

  it("P1: finishes the call in progress although its output is lost, then exits", async () => {
    const { pid, finished } = await orphaned(2_000);
    await sleep(1_000);
    assert.ok(existsSync(`/proc/${pid}`) && !finished(), "the provider must keep working");
    await waitForExit(pid);
    assert.ok(finished());
  });
});
