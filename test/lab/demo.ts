// `npm start`: hearth's main job on a real host, from nothing.
import { execInLab } from "./exec.ts";
import { base, cache, lab, project, stateDir } from "./paths.ts";
import { up } from "./up.ts";

console.log(`hearth: a real Co-op Cloud host on this machine, and hearth's main job on it.

  installs  Debian packages where their programs are missing (docker.io, dnsmasq-base, mmdebstrap, maven …)
  builds    Pulumi's CLI, Traefik, images of Keycloak and MariaDB, unless they can be downloaded: about 15 minutes
            the first time on two cores, 6 GB below ${cache} and in Docker; nothing the second time
  starts    a Docker engine where none runs, a swarm of this one node, a DNS server for *.${base} on docker's bridge,
            Traefik and Keycloak with MariaDB (1 GB of memory)
  listens   on ports 80 and 443 of every address (Traefik), and 53 of docker's bridge
  keeps     ${lab} and ${stateDir}
  undo      npm run lab -- down            (what runs and its data; --cache: the build results too)
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
