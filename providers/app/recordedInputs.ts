// Records the inputs with which `up` last brought a warm app where it belongs, so that a repair never uses others: a
// run's configuration, or settings that no preview announced yet.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, UnreadableError, writeJson } from "../lib/fs/index.ts";
import type { AppFolder } from "../lib/state/index.ts";
import { type CheckedWarmApp, warmAppInputs, type WarmAppInputs } from "./inputs.ts";

/** Not strict: what `check` added is left out. */
const recordedInputs = z.object(warmAppInputs.shape);
const record = z.object({ format, swarm: z.string(), inputs: recordedInputs });

/** Needs the app's lock. */
export async function recordInputs(folder: AppFolder, app: CheckedWarmApp): Promise<void> {
  await writeJson(folder.inputs, { format: FORMAT, swarm: app.swarm, inputs: recordedInputs.parse(app) });
}

/** undefined if `up` recorded none. Throws as `readJson`. */
export async function readRecordedInputs(folder: AppFolder): Promise<WarmAppInputs | undefined> {
  return (await readJson(folder.inputs, record))?.inputs;
}

/**
 * The swarm on which `up` recorded them; undefined if there are none, or none that can be read: the next `up` replaces
 * those.
 */
export async function readRecordedSwarm(folder: AppFolder): Promise<string | undefined> {
  try {
    return (await readJson(folder.inputs, record))?.swarm;
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

/** hearth no longer keeps the app. Absent is success. */
export async function forgetInputs(folder: AppFolder): Promise<void> {
  await removeFile(folder.inputs);
}
