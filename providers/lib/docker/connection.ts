// Connects to Docker's engine: through its Unix socket if docker's CLI would use that, else through the CLI.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";

/** Not imported: an import enumerates the module and so loads its WebSocket code (8 ms). */
export const http = process.getBuiltinModule("node:http");

/** Reuses up to `maxSockets` connections. Locates the engine again for each new one. */
export function engineAgent(maxSockets: number): Agent {
  return new EngineAgent({ keepAlive: true, maxSockets });
}

class EngineAgent extends http.Agent {
  override createConnection(): Duplex {
    const path = socketOf(process.env);
    return path === undefined ? new CliConnection() : connect(path);
  }
}

/** Why the connection failed, in words. */
export function connectionProblem(error: Error): string {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === "connect" ? unreachable(error.message) : error.message;
}

/**
 * The Unix socket that docker's CLI would connect to; undefined if it would use another transport. The CLI reads
 * DOCKER_HOST, else DOCKER_CONTEXT, else the context in its config.json, else uses its default.
 */
export function socketOf(env: NodeJS.ProcessEnv): string | undefined {
  const host = env["DOCKER_HOST"];
  if (host) return host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
  const context = env["DOCKER_CONTEXT"] || currentContext(env["DOCKER_CONFIG"] || join(homedir(), ".docker"));
  return context === "default" ? "/var/run/docker.sock" : undefined;
}

/** undefined if config.json can't be read: docker's CLI then reports the error. */
function currentContext(folder: string): string | undefined {
  try {
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as { currentContext?: string };
    return config.currentContext || "default";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "default" : undefined;
  }
}

/**
 * A connection through `docker system dial-stdio`, which supports every kind of context. It is not in docker's help;
 * the CLI uses it for ssh:// hosts.
 */
class CliConnection extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    super();
    const child = spawn("docker", ["system", "dial-stdio"], { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let stderr = "";
    child.stderr.on("data", chunk => (stderr += String(chunk)));
    child.stdout.on("data", chunk => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // Ignore EPIPE: the exit of the process reports the failure.
    child.stdin.on("error", () => undefined);
    child.once("error", error => this.destroy(error));
    child.once("close", code => this.destroy(new Error(exitMessage(stderr, code))));
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#idle);
    this.#child.kill();
    done(error);
  }

  /** Called when idle: doesn't keep this process alive, and closes soon. */
  unref(): void {
    this.#handles().forEach(handle => handle.unref());
    this.#idle = setTimeout(() => this.destroy(), 5_000).unref();
  }

  ref(): void {
    clearTimeout(this.#idle);
    this.#handles().forEach(handle => handle.ref());
  }

  // Node's agent calls these on a socket that it keeps.
  setKeepAlive(): void {}
  setNoDelay(): void {}
  setTimeout(): void {}

  #handles(): { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#child;
    // A child's pipes are sockets at run time, though their types differ.
    return [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])];
  }
}

function exitMessage(stderr: string, code: number | null): string {
  const dial = /^failed to open the raw stream connection: (.*)/m.exec(stderr)?.[1];
  if (dial !== undefined) return unreachable(dial);
  return stderr.trim() === "" ? `the connection ended (${code ?? "by a signal"})` : stderr.trim();
}

function unreachable(why: string): string {
  return `Cannot connect to the Docker daemon: ${why}`;
}
