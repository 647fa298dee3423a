// `npm run bench`: brings the lab up, then measures the rows on it.
import { readArguments } from "./arguments.ts";
import { execInLab } from "../lab/exec.ts";
import { project } from "../lab/paths.ts";
import { up } from "../lab/up.ts";

const argv = process.argv.slice(2);
readArguments(argv); // what is wrong is said before anything is brought up

try {
  if (process.getuid?.() !== 0)
    throw new Error("run it as root: the lab starts a Docker engine and mounts its resolv.conf");
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
