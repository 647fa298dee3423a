// Creates a warm stack with Keycloak 26.5.0 for one row, and deletes it with the row's releases.
import { readFile, writeFile } from "node:fs/promises";
import { initArgv, upArgv } from "../../commands/pulumi/argv.ts";
import { release } from "../lab/upstream.ts";
import { warmConfig, wipe } from "../live/host.ts";
import { runProgram } from "./program.ts";

/** First version deployed: the newest release when the stack is created. */
export const initialVersion = "10.8.0+26.5.0";

/** The `number`th release after `initialVersion`, with the same app version. */
export function nextVersion(number: number): string {
  return `10.8.${number}+26.5.0`;
}

/** Throws with Pulumi's output. `setting` edits the text of the stack's configuration. */
export async function createFreshStack(setting: (text: string) => string = text => text): Promise<void> {
  console.error("bench: creating a warm stack for this row");
  await wipe();
  await writeFile(warmConfig, setting(await readFile(warmConfig, "utf8")));
  await release("keycloak", { version: initialVersion });
  await runProgram("pulumi", initArgv("warm"), "create the stack warm");
  await runProgram("pulumi", upArgv("warm"), "bring up the warm stack");
}

/** Restores the host and the configuration to the state after `lab up`. */
export async function wipeFreshStack(): Promise<void> {
  await wipe();
}
