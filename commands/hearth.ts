// The subcommands of `hearth`: declared here, each loaded when it is called.
import { Command, CommanderError, Option } from "commander";
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { displayed } from "./common/errors.ts";
import { operatorFolders } from "./common/operatorFolders.ts";
import type { IdentityFlags } from "./run/identity.ts";
import { project } from "./common/project.ts";
import type { RunFlags } from "./run.ts";
import type { StartFlags } from "./runStart.ts";

const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };

const program = new Command("hearth")
  .description("Keeps Keycloak and Traefik warm on a Co-op Cloud CI host, and gives every CI run a Keycloak realm.")
  .version(version)
  .enablePositionalOptions()
  .exitOverride();

/** Flags that identify a run; the CI's variables are the defaults. */
function withIdentity(command: Command): Command {
  return command
    .option("--recipe <recipe>", "recipe under test (required)")
    .option("--pr <number>", "pull request")
    .option("--ref <ref>", "branch, tag or commit")
    .option("--build <id>", "build number of the CI")
    .option("--job <id>", "job of the build, if it has several")
    .option("--attempt <number>", "attempt of the job")
    .option("--verbose", "show what Pulumi prints");
}

/** Flags that decide what a run gets. */
function withSettings(command: Command): Command {
  return withIdentity(command)
    .option("--checkout <dir>", "deploy this working tree of the recipe instead of a release")
    .addOption(
      new Option("--keycloak <which>", "the warm Keycloak, or a dedicated one (default: hearth:keycloak)").choices([
        "auto",
        "warm",
        "dedicated",
      ]),
    );
}

const run = withSettings(program.command("run").enablePositionalOptions())
  .description("create a run's realm and app, run a command with them, remove them")
  .usage("--recipe <recipe> [options] -- <command...>\n       hearth run start|stop --recipe <recipe> [options]")
  .option(
    "--env <NAME[=VALUE]>",
    "one more variable for the command (repeatable)",
    (value: string, all: string[]) => [...all, value],
    [] as string[],
  )
  .option("--before <command>", "a shell command between deploy and command, with the same variables")
  .option("--logs <dir>", "folder for the logs of a failed run's services (default: their last lines on stderr)")
  .option("--keep <time>", "keep a failed run for this long (30m, 1h)")
  .argument(
    "<command...>",
    "command to run, with OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_USERNAME, OIDC_PASSWORD …",
  )
  .addHelpText(
    "after",
    "\nExit code: the command's; 125 if hearth couldn't create the run; 126 or 127 if the command can't be executed.",
  )
  .passThroughOptions()
  .action(async (command: string[], flags: RunFlags) => {
    process.exitCode = await (await import("./run.ts")).run(flags, command);
  });

withSettings(run.command("start"))
  .description("create a run's realm and app, and print the variables of its tests (for a CI with separate steps)")
  .option("--ttl <time>", "how long the run may last before it is removed (90m, 3h; default: 2h)")
  .option("--output <file>", "write the variables to this file, mode 0600")
  .option("--json", "as JSON", false)
  .action(async (flags: StartFlags) => {
    process.exitCode = await (await import("./runStart.ts")).start(flags);
  });

withIdentity(run.command("stop"))
  .description("remove a run; absent is success")
  .option("--run <name>", "the run's name, <recipe>-<hex>, instead of the flags that identify it")
  .action(async (flags: IdentityFlags & { run?: string; verbose?: boolean }) => {
    process.exitCode = await (await import("./runStop.ts")).stop(flags);
  });

program
  .command("pending")
  .description("print what the next pulumi up applies to each warm app, what is held, and why")
  .option("--json", "as JSON", false)
  .addHelpText("after", "\nExit code: 0 nothing to apply, 10 an upgrade, 11 only holds, 1 an error.")
  .action(async (flags: { json: boolean }) => {
    process.exitCode = await (await import("./pending.ts")).pending(flags);
  });

program
  .command("approve")
  .description("allow exactly one held version; the next pulumi up applies it")
  .argument("<app>", "recipe or domain of a warm app")
  .argument("<version>", "tag of the recipe")
  .action(async (app: string, tag: string) => {
    process.exitCode = await (await import("./approve.ts")).approve(app, tag);
  });

program
  .command("recover")
  .description(
    "finish or undo interrupted operations, redeploy apps that are down; never upgrades (for a timer, and at boot)",
  )
  .action(async () => {
    process.exitCode = await (await import("./recover.ts")).recover();
  });

program
  .command("reap")
  .description(
    "remove what dead runs left: realms, apps, Pulumi stacks, folders, leases; nothing active or foreign (for a timer)",
  )
  .option("--dry-run", "only print what would be removed, and what is skipped and why", false)
  .option("--json", "as JSON, with counts", false)
  .addHelpText(
    "after",
    "\nExit code: 0 nothing is left to remove, 1 something failed; 10 with --dry-run if something would be removed.",
  )
  .action(async (flags: { dryRun: boolean; json: boolean }) => {
    process.exitCode = await (await import("./reap.ts")).reap(flags);
  });

/** A command for an app that is broken. */
function operatorCommand(name: "retry" | "restore" | "accept", description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument("<app>", "recipe or domain of a warm app")
    .option("--dry-run", "only print what it would do", false);
}

operatorCommand("retry", "continue a failed rollback where it stopped")
  .option("--keep-data", "start the version before on today's data instead of the snapshot's", false)
  .action(async (app: string, flags: { dryRun: boolean; keepData: boolean }) => {
    process.exitCode = await (await import("./retry.ts")).retry(app, flags);
  });

operatorCommand("restore", "restore version, data and .env of the last snapshot")
  .option("--previous", "use the snapshot before the last", false)
  .action(async (app: string, flags: { dryRun: boolean; previous: boolean }) => {
    process.exitCode = await (await import("./restore.ts")).restore(app, flags);
  });

operatorCommand("accept", "record what runs now as last good").action(
  async (app: string, flags: { dryRun: boolean }) => {
    process.exitCode = await (await import("./accept.ts")).accept(app, flags);
  },
);

/** undefined: the user isn't in the user database, as in a container with `--user`. */
function userHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

try {
  Object.assign(process.env, operatorFolders(process.env, userHome(), existsSync));
  await program.parseAsync();
} catch (error) {
  // Commander has printed its errors and its help already.
  if (!(error instanceof CommanderError)) console.error(`hearth: ${displayed(error)}`);
  // A failure of `run` must not look like its command's.
  const failed = process.argv[2] === "run" ? 125 : 1;
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : failed;
}
