// Compares the swarm that docker talks to with the one that a warm app's files belong to: its journal, its last good
// version, its inputs.
import { clusterId } from "../lib/docker/index.ts";
import { appFolder, readLastGood, readOperation } from "../lib/state/index.ts";
import { wrongSwarmMessage, WrongSwarmError } from "../pulumi/check.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { readRecordedSwarm } from "./recordedInputs.ts";

type Identity = Pick<WarmAppInputs, "recipe" | "domain" | "stateDir">;

/** Whether `recorded` names another swarm than `actual`; an older hearth recorded none. */
export function isOther(recorded: string | undefined, actual: string): recorded is string {
  return recorded !== undefined && recorded !== actual;
}

/** Names the first file of the app that belongs to another swarm than `actual`; undefined if none does. */
export async function foreignRecord(app: Identity, actual: string): Promise<string | undefined> {
  const found = (await recordedSwarms(app)).find(({ swarm }) => isOther(swarm, actual));
  if (!found) return undefined;
  const { path } = appFolder(app.stateDir, app.domain);
  const wrong = wrongSwarmMessage(found.what, found.swarm, actual);
  return `${wrong} If ${actual} replaced ${found.swarm} on this host, move ${path} away`;
}

/** Throws WrongSwarmError if a file of the app belongs to another swarm; asks docker only if one names a swarm. */
export async function requireOwnSwarm(app: Identity): Promise<void> {
  if ((await recordedSwarms(app)).every(({ swarm }) => swarm === undefined)) return;
  const wrong = await foreignRecord(app, await clusterId());
  if (wrong !== undefined) throw new WrongSwarmError(wrong);
}

async function recordedSwarms({ recipe, domain, stateDir }: Identity) {
  const folder = appFolder(stateDir, domain);
  const [operation, lastGood, inputs] = await Promise.all([
    readOperation(folder),
    readLastGood(folder),
    readRecordedSwarm(folder),
  ]);
  return [
    { what: `${recipe}'s open operation began`, swarm: operation?.swarm },
    { what: `${recipe}'s last good version ran`, swarm: lastGood?.swarm },
    { what: `${recipe}'s last up ran`, swarm: inputs },
  ];
}
