// `npm run lab -- up | down | status | exec -- <command…>`
import { Command } from "commander";
import { down } from "./down.ts";
import { execInLab } from "./exec.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const print = (line: string) => console.error(line);

function requireRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Error("the lab starts a Docker engine and mounts its own resolv.conf: run it as root");
}

const program = new Command("lab")
  .enablePositionalOptions()
  .description("A real single-node Co-op Cloud host for tests, the demo and the bench.");

program
  .command("up")
  .description("bring up the host: run the missing steps")
  .action(async () => {
    requireRoot();
    const start = Date.now();
    const steps = await up(print);
    const ran = steps.filter(step => !step.ready).length;
    print(`lab: up in ${((Date.now() - start) / 1000).toFixed(1)} s (ran ${ran} of ${steps.length} steps)`);
  });

program
  .command("down")
  .description("remove everything that the lab created, and nothing else")
  .option("--cache", "also remove build results and images", false)
  .action(async (options: { cache: boolean }) => {
    requireRoot();
    await down(print, options);
  });

program
  .command("status")
  .description("show what runs, and the steps that `up` would run")
  .option("--json", "print JSON", false)
  .action(async (options: { json: boolean }) => {
    const state = await status();
    if (options.json) return console.log(JSON.stringify(state, null, 2));
    for (const [name, value] of Object.entries(state))
      console.log(`${name.padEnd(8)} ${Array.isArray(value) ? value.join(", ") || "-" : String(value)}`);
  });

program
  .command("exec")
  .description("run a command with the lab's environment: lab exec -- pulumi preview -s warm")
  .argument("<command...>")
  .passThroughOptions()
  .action(async (command: string[]) => {
    requireRoot();
    process.exitCode = await execInLab(command);
  });

try {
  await program.parseAsync();
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
