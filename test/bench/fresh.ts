// A separate warm stack for one row: created with Keycloak 26.5.0, removed with all that the row released.
import { readFile, writeFile } from "node:fs/promises";
import { initArgv, upArgv } from "../../commands/pulumi/argv.ts";
import { release } from "../lab/upstream.ts";
import { warmConfig, wipe } from "../live/host.ts";
import { program } from "./program.ts";

/** The release it starts with: without a running app, hearth deploys the newest one. */
export const begun = "10.8.0+26.5.0";

/** The `number`th release after the first, with the same version of the app. */
export function next(number: number): string {
  return `10.8.${number}+26.5.0`;
}

/** `setting` edits the text of the stack's configuration. Throws an error with Pulumi's output. */
export async function beginFresh(setting: (text: string) => string = text => text): Promise<void> {
  console.error("bench: creating a separate warm stack for this row");
  await wipe();
  await writeFile(warmConfig, setting(await readFile(warmConfig, "utf8")));
  await release("keycloak", { version: begun });
  await program("pulumi", initArgv("warm"), "make the stack warm");
  await program("pulumi", upArgv("warm"), "bring up the warm stack");
}

/** Restores the host and the configuration to the state after `lab up`. */
export async function endFresh(): Promise<void> {
  await wipe();
}
