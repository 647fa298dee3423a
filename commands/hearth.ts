// What `hearth` understands; each command's work is loaded when it is called.
import { Command, CommanderError, Option } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asError } from "./common/errors.ts";
import type { IdentityFlags } from "./run/identity.ts";
import { project } from "./common/project.ts";
import type { RunFlags } from "./run.ts";
import type { StartFlags } from "./runStart.ts";

const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };

const program = new Command("hearth")
  .description("Keeps Keycloak and Traefik warm on a Co-op Cloud CI host, and gives every CI run a realm of its own.")
  .version(version)
  .enablePositionalOptions()
  .exitOverride();

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

/** What a run gets. */
function making(command: Command): Command {
  return identified(command)
    .option("--checkout <dir>", "deploy this working tree of the recipe instead of a release")
    .addOption(
      new Option(
        "--keycloak <which>",
        "the kept Keycloak, or one of the run's own (default: as hearth:keycloak says)",
      ).choices(["auto", "warm", "dedicated"]),
    );
}

const run = making(program.command("run").enablePositionalOptions())
  .description("make a run's realm and its app, run a command with them, take them away again")
  .usage("--recipe <recipe> [options] -- <command...>\n       hearth run start|stop --recipe <recipe> [options]")
  .option(
    "--env <NAME[=VALUE]>",
    "a variable for the command beside the usual ones (again for more)",
    (value: string, all: string[]) => [...all, value],
    [] as string[],
  )
  .option("--before <command>", "a shell command between deploy and command, with the same variables")
  .option("--logs <dir>", "where a run that fails leaves its services' logs (default: their last lines on stderr)")
  .option("--keep <time>", "leave a run that fails standing for so long (30m, 1h)")
  .argument(
    "<command...>",
    "what to run, with OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_USERNAME, OIDC_PASSWORD …",
  )
  .addHelpText(
    "after",
    "\nExit code: the command's own; 125 where hearth couldn't give the run what it needs; 126 or 127 where the command can't be run.",
  )
  .passThroughOptions()
  .action(async (command: string[], flags: RunFlags) => {
    process.exitCode = await (await import("./run.ts")).run(flags, command);
  });

making(run.command("start"))
  .description("make a run's realm and its app, and print what its tests need to know (for a CI with separate steps)")
  .option("--ttl <time>", "how long the run may last (90m, 3h): then it is taken away (default: 2h)")
  .option("--output <file>", "write it there instead, readable for you alone")
  .option("--json", "as JSON", false)
  .action(async (flags: StartFlags) => {
    process.exitCode = await (await import("./runStart.ts")).start(flags);
  });

identified(run.command("stop"))
  .description("take away what a run has; one that is gone already is fine")
  .option("--run <name>", "the run's own name, <recipe>-<hex>, instead of what tells it from others")
  .action(async (flags: IdentityFlags & { run?: string; verbose?: boolean }) => {
    process.exitCode = await (await import("./runStop.ts")).stop(flags);
  });

program
  .command("pending")
  .description("what the next pulumi up would apply to each kept app, what is held, and why")
  .option("--json", "as JSON", false)
  .addHelpText("after", "\nExit code: 0 nothing, 10 something will be applied, 11 only holds, 1 an error.")
  .action(async (flags: { json: boolean }) => {
    process.exitCode = await (await import("./pending.ts")).pending(flags);
  });

program
  .command("approve")
  .description("say yes to exactly one version that is held; the next pulumi up applies it")
  .argument("<app>", "recipe or domain of a kept app")
  .argument("<version>", "tag of the recipe")
  .action(async (app: string, tag: string) => {
    process.exitCode = await (await import("./approve.ts")).approve(app, tag);
  });

program
  .command("recover")
  .description(
    "finish or undo what was interrupted, and repair what is down at the version it had; never upgrades (for a timer, and at boot)",
  )
  .action(async () => {
    process.exitCode = await (await import("./recover.ts")).recover();
  });

program
  .command("reap")
  .description(
    "take away what dead runs left behind: realms, apps, Pulumi stacks, folders, leases; nothing that lives or isn't hearth's (for a timer)",
  )
  .option("--dry-run", "only say what would go, and what is left alone and why", false)
  .option("--json", "as JSON, with counts", false)
  .addHelpText(
    "after",
    "\nExit code: 0 nothing is left that may go, 1 something couldn't be taken away; with --dry-run 10 where something would go.",
  )
  .action(async (flags: { dryRun: boolean; json: boolean }) => {
    process.exitCode = await (await import("./reap.ts")).reap(flags);
  });

/** A way out of `broken`. */
function way(name: "retry" | "restore" | "accept", description: string): Command {
  return program
    .command(name)
    .description(description)
    .argument("<app>", "recipe or domain of a kept app")
    .option("--dry-run", "only say what it would do", false);
}

way("retry", "go on where an operation broke off").action(async (app: string, flags: { dryRun: boolean }) => {
  process.exitCode = await (await import("./operator.ts")).retry(app, flags);
});

way("restore", "put version, data and .env of the last snapshot back")
  .option("--previous", "of the snapshot before the last", false)
  .action(async (app: string, flags: { dryRun: boolean; previous: boolean }) => {
    process.exitCode = await (await import("./operator.ts")).restore(app, flags);
  });

way("accept", "take what runs now as good").action(async (app: string, flags: { dryRun: boolean }) => {
  process.exitCode = await (await import("./operator.ts")).accept(app, flags);
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said by itself what it says, help included.
  if (!(error instanceof CommanderError)) console.error(`hearth: ${asError(error).message}`);
  // A run's failures must not look like its command's; everything else fails as programs do.
  const failed = process.argv[2] === "run" ? 125 : 1;
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : failed;
}
