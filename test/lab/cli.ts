// `npm run lab -- up | down | status | exec -- <command…>`
import { Command } from "commander";
import { down } from "./down.ts";
import { execInLab } from "./exec.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const print = (line: string) => console.error(line);

function root(): void {
  if (process.getuid?.() !== 0)
    throw new Error("the lab starts a Docker engine and mounts a resolv.conf of its own: run it as root");
}

const program = new Command("lab")
  .enablePositionalOptions()
  .description("A real Co-op Cloud host of one node, for tests, the demo and benchmarks.");

program
  .command("up")
  .description("make the host, or what is missing of it")
  .action(async () => {
    root();
    const start = Date.now();
    const took = await up(print);
    const ran = took.filter(step => !step.ready).length;
    print(
      `lab: up in ${((Date.now() - start) / 1000).toFixed(1)} s (${ran} of ${took.length} steps had something to do)`,
    );
  });

program
  .command("down")
  .description("take away what the lab made, and nothing else")
  .option("--cache", "the build results and images too", false)
  .action(async (options: { cache: boolean }) => {
    root();
    await down(print, options);
  });

program
  .command("status")
  .description("what of it is there")
  .option("--json", "as JSON", false)
  .action(async (options: { json: boolean }) => {
    const found = await status();
    if (options.json) return console.log(JSON.stringify(found, null, 2));
    for (const [name, value] of Object.entries(found))
      console.log(`${name.padEnd(8)} ${Array.isArray(value) ? value.join(", ") || "-" : String(value)}`);
  });

program
  .command("exec")
  .description("run a command with the lab's environment: lab exec -- pulumi preview -s warm")
  .argument("<command...>")
  .passThroughOptions()
  .action(async (command: string[]) => {
    root();
    process.exitCode = await execInLab(command);
  });

try {
  await program.parseAsync();
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
