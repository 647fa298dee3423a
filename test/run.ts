// `npm test`: the lab up, then every spec on it. `--unit` wants no lab; `--long` adds what takes long.
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
  const took = await up(line => console.log(line));
  console.log(
    `hearth: lab up in ${((Date.now() - start) / 1000).toFixed(1)} s (${took.filter(step => !step.ready).length} of ${took.length} steps had something to do)`,
  );
  process.exitCode = await execInLab(specs, project);
}
