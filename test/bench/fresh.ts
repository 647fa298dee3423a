// A warm stack of a row's own: made from nothing with Keycloak 26.5.0, and gone again with all that the row released.
import { readFile, writeFile } from "node:fs/promises";
import { initArgv, upArgv } from "../../commands/pulumi/argv.ts";
import { release } from "../lab/upstream.ts";
import { warmConfig, wipe } from "../live/host.ts";
import { program } from "./program.ts";

/** What it begins with; where nothing runs, the newest release is deployed. */
export const begun = "10.8.0+26.5.0";

/** The `number`th release after it, on the same version of the app. */
export function next(number: number): string {
  return `10.8.${number}+26.5.0`;
}

/** Throws with Pulumi's own words. `setting` edits the text of the stack's configuration. */
export async function beginFresh(setting: (text: string) => string = text => text): Promise<void> {
  console.error("bench: bringing up a warm stack of this row's own");
  await wipe();
  await writeFile(warmConfig, setting(await readFile(warmConfig, "utf8")));
  await release("keycloak", { version: begun });
  await program("pulumi", initArgv("warm"), "make the stack warm");
  await program("pulumi", upArgv("warm"), "bring up the warm stack");
}

/** The host as `lab up` left it, and the configuration too. */
export async function endFresh(): Promise<void> {
  await wipe();
}
