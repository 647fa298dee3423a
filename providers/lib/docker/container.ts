// Finds the running container of a service on this node, and reads secrets from it.
import { ProgramError } from "../process/index.ts";
import { docker } from "./docker.ts";

/** docker's error for an exec in a container that stopped after it was listed. */
const STOPPED = /is not running|No such container/;

export class NoContainerError extends Error {
  override readonly name = "NoContainerError";
}

/** The id of a running container of `<stack>_<service>` on this node. Throws NoContainerError if none runs. */
export async function containerOf(stack: string, service: string): Promise<string> {
  const name = `${stack}_${service}`;
  const argv = [
    "ps",
    "--no-trunc",
    "--quiet",
    "--filter",
    `label=com.docker.swarm.service.name=${name}`,
    "--filter",
    "status=running",
  ];
  const { stdout } = await docker(argv, `find a container of ${name}`);
  const [id] = stdout.split("\n").filter(Boolean);
  if (!id) throw new NoContainerError(`${name} has no running container on this node`);
  return id;
}

/**
 * The text of a secret as a running container sees it: read for each use, never stored.
 * Throws NoContainerError when no container runs, or when it stops before the secret is read.
 */
export async function readSecret(stack: string, service: string, secret: string): Promise<string> {
  const name = `${stack}_${service}`;
  const container = await containerOf(stack, service);
  try {
    const { stdout } = await docker(
      ["exec", container, "cat", `/run/secrets/${secret}`],
      `read secret ${secret} of ${name}`,
    );
    return stdout.trim();
  } catch (error) {
    if (!(error instanceof ProgramError) || !STOPPED.test(error.result.stderr)) throw error;
    throw new NoContainerError(`${name} stopped while secret ${secret} was read: its container is not running`, {
      cause: error,
    });
  }
}

/** The secrets mounted in the running containers of `stack` on this node. Skips containers without a shell. */
export async function readAllSecrets(stack: string): Promise<string[]> {
  const argv = ["ps", "--quiet", "--filter", `label=com.docker.stack.namespace=${stack}`, "--filter", "status=running"];
  const containers = (await docker(argv, `list the containers of ${stack}`)).stdout.split("\n").filter(Boolean);
  const script = 'for file in /run/secrets/*; do [ -f "$file" ] && base64 -w0 "$file" && echo; done; true';
  const texts = await Promise.all(
    containers.map(id =>
      docker(["exec", id, "sh", "-c", script], `read the secrets of ${stack}`, { timeout: 10_000 }).catch(() => ({
        stdout: "",
      })),
    ),
  );
  const values = texts
    .flatMap(({ stdout }) => stdout.split("\n"))
    .map(text => Buffer.from(text, "base64").toString().trim());
  return [...new Set(values.filter(Boolean))];
}
