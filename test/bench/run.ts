// `npm run bench`: brings up the lab, then measures the rows on it.
import { readArguments } from "./arguments.ts";
import { execInLab } from "../lab/exec.ts";
import { project } from "../lab/paths.ts";
import { up } from "../lab/up.ts";

const argv = process.argv.slice(2);
readArguments(argv); // report invalid arguments before bringing up the lab

try {
  if (process.getuid?.() !== 0)
    throw new Error("the lab starts a Docker engine and mounts its own resolv.conf: run the bench as root");
  console.error("bench: bringing up the lab");
  await up(line => console.error(line));
  process.exitCode = await execInLab(
    [process.execPath, "--disable-warning=ExperimentalWarning", "test/bench/inside.ts", ...argv],
    project,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
