// Lists runs' stacks in Pulumi's backend, reads their swarm, and removes them without destroying their resources.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ignoreAbsent } from "../../providers/lib/fs/index.ts";
import type { ProcessIdentity } from "../../providers/lib/process/index.ts";
import type { ObservedStack } from "../reap/observed.ts";
import { SkippedError } from "../reap/host.ts";
import { project } from "../common/project.ts";
import { removeStackConfig } from "./stackConfig.ts";
import { exportArgv, forgetArgv, listArgv } from "./argv.ts";
import { backendFolder, removeRemains, stacksOnDisk } from "./backend.ts";
import { pulumi, reason, type PulumiDone } from "./cli.ts";
import { breakLocks, lockOf } from "./locks.ts";

const listed = z.array(z.looseObject({ name: z.string(), lastUpdate: z.string().optional() }));
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(z.looseObject({ outputs: z.looseObject({}).optional() })).optional(),
  }),
});

const configs = join(project, ".stacks");

/** The process of hearth that started the stack's run; undefined if not recorded. */
export type StarterOf = (stack: string) => Promise<ProcessIdentity | undefined>;

/** Every stack `ci-…`, even if only its configuration remains, or files that Pulumi doesn't list. */
export async function runStacks(starterOf: StarterOf): Promise<ObservedStack[]> {
  const done = await pulumi(listArgv());
  // One half-written file makes `stack ls` fail, so also read the files on the disk.
  const stacks = isUnreadable(done) ? [] : listed.parse(JSON.parse(must(done, "list stacks").stdout));
  const files = ((await readdir(configs).catch(ignoreAbsent)) ?? []).flatMap(
    name => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [],
  );
  const onDisk = await stacksOnDisk();
  const names = [...new Set([...stacks.map(({ name }) => name), ...onDisk.keys(), ...files])].filter(name =>
    name.startsWith("ci-"),
  );
  return Promise.all(
    names.map(async name => {
      const last = stacks.find(stack => stack.name === name)?.lastUpdate;
      const changed =
        onDisk.get(name) ?? (last === undefined ? undefined : Date.parse(last)) ?? (await configWritten(name));
      // Elsewhere a look takes the lock for a moment.
      if (backendFolder() === undefined) return { name, lock: undefined, changed };
      const { liveness, words, since } = await lockOf(name, { starter: await starterOf(name) });
      return { name, lock: liveness, lockWords: words, lockSince: since, changed };
    }),
  );
}

/** The swarm that the stack's resources name; undefined if none does, or the stack doesn't exist. */
export async function swarmOf(stack: string): Promise<string | undefined> {
  const done = await pulumi(exportArgv(stack));
  if (isAbsent(done) || isUnreadable(done)) return undefined;
  const { deployment } = exported.parse(JSON.parse(must(done, `read the state of ${stack}`).stdout));
  const found = (deployment.resources ?? []).map(({ outputs }) => outputs?.["swarm"]);
  return found.find(swarm => typeof swarm === "string");
}

/**
 * Removes the stack and its configuration without destroying its resources. Absent is success. Breaks locks of dead
 * holders, and the one that `lock` describes; throws SkippedError if another is left.
 */
export async function forget(stack: string, lock: string | undefined, starter?: ProcessIdentity): Promise<void> {
  if (!(await breakLocks(stack, lock, { starter }))) {
    const { words } = await lockOf(stack, { starter });
    throw new SkippedError("in use by Pulumi", words);
  }
  // Configuration first: while the stack exists, no other process creates one with its name.
  await removeStackConfig(stack);
  const done = await pulumi(forgetArgv(stack));
  if (/currently locked/.test(done.all)) throw new SkippedError("in use by Pulumi", reason(done));
  const unreadable = isUnreadable(done);
  if (!isAbsent(done) && !unreadable) must(done, `remove the stack ${stack}`);
  await removeRemains(stack, { unreadable });
}

async function configWritten(stack: string): Promise<number | undefined> {
  return (await stat(join(configs, `Pulumi.${stack}.yaml`)).catch(ignoreAbsent))?.mtimeMs;
}

function isAbsent({ all, exitCode }: PulumiDone): boolean {
  return exitCode !== 0 && /no stack named .* found/.test(all);
}

/** If it is killed while writing, Pulumi leaves empty files in a file backend that it can't read itself. */
function isUnreadable({ all, exitCode }: PulumiDone): boolean {
  return (
    exitCode !== 0 &&
    backendFolder() !== undefined &&
    /\bEOF\b|unexpected end of JSON input|invalid character/.test(all)
  );
}

function must(done: PulumiDone, what: string): PulumiDone {
  if (done.exitCode !== 0) throw new Error(`pulumi: ${what}: ${reason(done)}`);
  return done;
}
