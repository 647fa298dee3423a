// Runs hearth in a container as a CI's docker runner does: with another pid namespace and hostname, but with the host's
// files and docker's socket.
import { existsSync } from "node:fs";
import { imageName } from "../lab/images.ts";
import { at, project } from "../lab/paths.ts";

const passed = [
  "PATH",
  "HOME",
  "ABRA_DIR",
  "PULUMI_HOME",
  "PULUMI_BACKEND_URL",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
];

/** Folders with the host's programs, hearth's state, the backend and this checkout. */
const folders = ["/usr", "/etc", "/var", "/root", "/home", "/opt", "/tmp", `/${project.split("/")[1]}`];

/**
 * argv for docker that runs `argv` in such a container, unprivileged: it acts through docker's socket only. `container`:
 * its name, for `docker kill`.
 */
export function contained(argv: readonly string[], container?: string): string[] {
  const environment = passed.flatMap(name =>
    process.env[name] === undefined ? [] : ["-e", `${name}=${process.env[name]}`],
  );
  const mounts = [...new Set(folders)].filter(existsSync).flatMap(folder => ["-v", `${folder}:${folder}`]);
  const more = ["-v", "/var/run/docker.sock:/var/run/docker.sock", "-v", `${at.dns}/resolv.conf:/etc/resolv.conf`];
  return [
    "run",
    "--rm",
    ...(container === undefined ? [] : ["--name", container]),
    "--network",
    "host",
    "--hostname",
    "ci-runner",
    "--workdir",
    project,
    ...mounts,
    ...more,
    ...environment,
    imageName("nginx", "1.22"),
    ...argv,
  ];
}
