// Records the inputs with which `up` last brought a warm app where it belongs, so that a repair never uses others: a
// run's configuration, or settings that no preview announced yet.
import { z } from "zod";
import { FORMAT, format, readJson, removeFile, UnreadableError, writeJson } from "../lib/fs/index.ts";
import { type AppFolder } from "../lib/state/index.ts";
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

/** The swarm on which `up` recorded them; undefined if it recorded none. Throws as `readJson`. */
export async function readRecordedSwarm(folder: AppFolder): Promise<string | undefined> {
  return (await readJson(folder.inputs, record))?.swarm;
}

/** Whether they can be read: the next `up` replaces those that can't. */
export async function hasRecordedInputs(folder: AppFolder): Promise<boolean> {
  try {
    return (await readRecordedInputs(folder)) !== undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return false;
    throw error;
  }
}

/** hearth no longer keeps the app. Absent is success. */
export async function forgetInputs(folder: AppFolder): Promise<void> {
  await removeFile(folder.inputs);
}
