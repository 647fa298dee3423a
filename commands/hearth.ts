// What `hearth` understands; each command's work is loaded when it is called.
import { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asError } from "./errors.ts";
import type { IdentityFlags } from "./identity.ts";
import { project } from "./project.ts";

const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };

const program = new Command("hearth")
  .description("Keeps Keycloak and Traefik warm on a Co-op Cloud CI host, and gives every CI run a realm of its own.")
  .version(version)
  .enablePositionalOptions();

/** What tells one run from another: flags first, then the CI's own variables. */
function identified(command: Command): Command {
  return command
    .option("--recipe <recipe>", "recipe under test (always wanted)")
    .option("--pr <number>", "pull request")
    .option("--ref <ref>", "branch, tag or commit")
    .option("--build <id>", "the CI's number of the build")
    .option("--job <id>", "job of the build, where it has several")
    .option("--attempt <number>", "attempt of the job")
    .option("--verbose", "show what Pulumi prints");
}

const run = identified(program.command("run").enablePositionalOptions())
  .description("make a run's realm, run a command with it, take it away again")
  .usage("--recipe <recipe> [options] -- <command...>\n       hearth run start|stop --recipe <recipe> [options]")
  .option(
    "--env <NAME[=VALUE]>",
    "a variable for the command beside the usual ones (again for more)",
    (value: string, all: string[]) => [...all, value],
    [] as string[],
  )
  .argument("<command...>", "what to run, with OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_USERNAME, OIDC_PASSWORD …")
  .addHelpText("after", "\nExit code: the command's own; 125 where hearth couldn't give the run what it needs; 126 or 127 where the command can't be run.")
  .passThroughOptions()
  .action(async (command: string[], flags: IdentityFlags & { env: string[]; verbose?: boolean }) => {
    process.exitCode = await (await import("./run.ts")).run(flags, command);
  });

identified(run.command("start"))
  .description("make a run's realm and print what its tests need to know (for a CI with separate steps)")
  .option("--output <file>", "write it there instead, readable for you alone")
  .option("--json", "as JSON", false)
  .action(async (flags: IdentityFlags & { output?: string; verbose?: boolean; json: boolean }) => {
    process.exitCode = await (await import("./start.ts")).start(flags);
  });

identified(run.command("stop"))
  .description("take a run's realm away; one that is gone already is fine")
  .action(async (flags: IdentityFlags & { verbose?: boolean }) => {
    process.exitCode = await (await import("./stop.ts")).stop(flags);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`hearth: ${asError(error).message}`);
  process.exitCode = 125;
}
