// `npm start`: sets up the lab from scratch and runs the demo on it.
import { execInLab } from "./exec.ts";
import { base, cache, lab, project, stateDir } from "./paths.ts";
import { up } from "./up.ts";

console.log(`hearth: sets up a real Co-op Cloud host on this machine and runs a demo on it.

  installs  Debian packages of missing programs (docker.io, dnsmasq-base, mmdebstrap, maven …)
  builds    Pulumi's CLI, miniflux, images of Traefik, Keycloak, MariaDB and PostgreSQL, unless available: 8 to
            17 minutes the first time on two cores, 11 GB in ${cache}, in Docker and in the caches of Go and Maven
  starts    a Docker engine if none runs, a single-node swarm, a registry, a DNS server for *.${base} on docker's bridge,
            Traefik and Keycloak with MariaDB (1 GB of memory)
  listens   on ports 80 and 443 of every address (Traefik), 53 of docker's bridge, and 5000 of 127.0.0.1 (registry)
  keeps     ${lab} and ${stateDir}
  undo      npm run lab -- down            (removes the host and its data; --cache: also the build results)
`);

const start = Date.now();
try {
  if (process.getuid?.() !== 0)
    throw new Error("the lab starts a Docker engine and mounts its own resolv.conf: run it as root");
  console.log("▶ the lab");
  await up(line => console.log(line));
  const seconds = (Date.now() - start) / 1000;
  process.exitCode = await execInLab([process.execPath, "test/lab/tour.ts", String(seconds)], project);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
