import assert from "node:assert/strict";
import { readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { breakDeadLocks, lockOf } from "../../commands/pulumi/locks.ts";
import { leaseOf, swarmStore } from "../../providers/lib/coordination/coordinationStore.ts";
import { runName, runOf, stackName } from "../../providers/lib/run/names.ts";
import { at, project, stateDir } from "../lab/paths.ts";
import { contained } from "./contained.ts";
import { call, endRuns, freshWarm, hearth, listing, realmStatus, start, type Started } from "./host.ts";

const long = process.argv.includes("--long");

/** When a container is killed, by what its `hearth run` has printed. */
const moments: Readonly<Record<string, (run: Started) => Promise<unknown>>> = {
  "in up": run => after(run, /: creating /, 2_500),
  "in its command": run => after(run, /^started$/m, 0),
  ...(long
    ? {
        "as it begins": () => sleep(800),
        "as up begins": run => after(run, /: creating /, 500),
        "as destroy begins": run => after(run, /^ended$/m, 200),
        "in destroy": run => after(run, /^ended$/m, 1_500),
      }
    : {}),
};

async function after(run: Started, text: RegExp, ms: number): Promise<void> {
  for (const from = Date.now(); !text.test(run.output()); await sleep(100))
    if (Date.now() - from > 60_000) assert.fail(`expected ${text} within 60 s, got: ${run.output()}`);
  await sleep(ms);
}

function build(what: string) {
  const id = `${what.replaceAll(" ", "-")}-${Date.now()}`;
  const run = runOf({ recipe: "notes", build: id });
  return { name: runName(run), stack: stackName(run), flags: ["--recipe", "notes", "--build", id] };
}

const locksOf = (stack: string) => join(at.backend, ".pulumi", "locks", "organization", "hearth", stack);

/** Rewrites the stack's locks as if they had been made at that time. */
async function dateLocks(stack: string, to: Date): Promise<number> {
  const names = (await readdir(locksOf(stack)).catch(() => [])).filter(name => name.endsWith(".json"));
  for (const name of names) {
    const path = join(locksOf(stack), name);
    const lock = JSON.parse(await readFile(path, "utf8")) as object;
    await writeFile(`${path}.new`, JSON.stringify({ ...lock, timestamp: to.toISOString() }));
    await rename(`${path}.new`, path);
  }
  return names.length;
}

/** Dates all that the run left back by three hours. */
async function letTimePass({ name, stack }: { name: string; stack: string }): Promise<void> {
  const then = new Date(Date.now() - 3 * 3_600_000);
  const lease = await leaseOf(swarmStore, name);
  if (lease) assert.ok(await swarmStore.replace(lease, { ...lease.record, expiresAt: then.toISOString() }));
  await dateLocks(stack, then);
  const states = join(at.backend, ".pulumi", "stacks", "hearth");
  const files = (await readdir(states))
    .filter(file => file.startsWith(`${stack}.json`))
    .map(file => join(states, file));
  for (const path of [...files, join(stateDir, "runs", name), join(project, ".stacks", `Pulumi.${stack}.yaml`)])
    await utimes(path, then, then).catch(() => undefined); // it never came to be
}

describe("runs in containers that are killed, on a real host", function () {
  this.timeout(300_000);

  before(async () => {
    await endRuns();
    if ((await realmStatus("master").catch(() => 0)) !== 200) await freshWarm();
  });

  it("F52, P8: are reaped once their leases have ended, as --dry-run says; not before", async () => {
    const host = await listing();
    const runs = Object.entries(moments).map(([what, moment]) => ({ what, moment, ...build(what) }));
    for (const { moment, name, flags } of runs) {
      const command = ["sh", "-c", "echo started; sleep 3; echo ended"];
      const run = start("docker", contained(["hearth", "run", ...flags, "--", ...command], name));
      await moment(run);
      await call("docker", ["kill", name]);
      await run.ended;
    }
    const leased = async () =>
      Promise.all(runs.map(async ({ name }) => (await leaseOf(swarmStore, name)) !== undefined));
    const before = await leased();
    await hearth(["reap"]);
    assert.deepEqual(await leased(), before, "a run in a container may be alive until its lease ends");
    for (const run of runs) await letTimePass(run);
    const dry = await hearth(["reap", "--dry-run"]);
    assert.equal(dry.exitCode, 10, dry.all);
    const reaped = await hearth(["reap"]);
    assert.equal(reaped.exitCode, 0, reaped.all);
    const lines = (text: string) => text.split("\n").filter(line => line.startsWith("notes-"));
    assert.deepEqual(
      lines(reaped.stdout),
      lines(dry.stdout).map(line => line.replace("would be removed", "removed")),
    );
    for (const { name, what } of runs) assert.equal(await realmStatus(name), 404, what);
    assert.deepEqual(await listing(), host, reaped.all);
    const again = await hearth(["reap"]);
    assert.deepEqual([again.exitCode, again.all], [0, ""]);
  });

  it("F49: keep Pulumi's lock while it works, although the clock was set since", async () => {
    const { stack, flags } = build("clock");
    const run = start("hearth", ["run", ...flags, "--", "true"]);
    await after(run, /: creating /, 0);
    const later = new Date(Date.now() - 60_000); // as if the clock had been set forward by a minute
    for (const from = Date.now(); (await dateLocks(stack, later)) === 0; await sleep(50))
      assert.ok(Date.now() - from < 30_000, run.output());
    assert.equal((await lockOf(stack, { backend: `file://${at.backend}` })).liveness, "alive");
    assert.deepEqual(await breakDeadLocks(stack, `file://${at.backend}`), []);
    assert.equal(await run.ended, 0, run.output());
  });
});
