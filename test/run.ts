// `npm test`: starts the lab and runs every spec. `--unit` needs no lab; `--long` adds the long specs.
import { execInLab } from "./lab/exec.ts";
import { project } from "./lab/paths.ts";
import { up } from "./lab/up.ts";

const flags = process.argv.slice(2);
const specs = [process.execPath, "--disable-warning=ExperimentalWarning", "test/specs.ts", ...flags];

if (flags.includes("--unit")) {
  await import("./specs.ts");
} else {
  console.log("hearth: bringing up the lab (test/lab): a Docker engine, a swarm, Pulumi, Traefik, Keycloak, MariaDB");
  const start = Date.now();
  const steps = await up(line => console.log(line));
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(
    `hearth: lab up in ${seconds} s (ran ${steps.filter(step => !step.ready).length} of ${steps.length} steps)`,
  );
  process.exitCode = await execInLab(specs, project);
}
