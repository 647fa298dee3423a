// The ways to Docker's engine: its socket where that is where docker goes, else docker itself as the connection.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";

/** An import would enumerate the module and load its WebSocket code (8 ms). */
export const http = process.getBuiltinModule("node:http");

/** Keeps its connections, no more than `atOnce`, and for each new one looks again where docker's engine is. */
export function engineAgent(atOnce: number): Agent {
  return new EngineAgent({ keepAlive: true, maxSockets: atOnce });
}

class EngineAgent extends http.Agent {
  override createConnection(): Duplex {
    const path = socketOf(process.env);
    return path === undefined ? new Dialled() : connect(path);
  }
}

/** Why there is no connection, in words. */
export function connectionProblem(error: Error): string {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === "connect" ? unreachable(error.message) : error.message;
}

/**
 * The path of the Unix socket that docker's CLI would use by itself, or undefined where it would go another way: it takes
 * DOCKER_HOST, else the context of DOCKER_CONTEXT, else that of its config.json, else its default.
 */
export function socketOf(env: NodeJS.ProcessEnv): string | undefined {
  const host = env["DOCKER_HOST"];
  if (host) return host.startsWith("unix://") ? host.slice("unix://".length) : undefined;
  const context = env["DOCKER_CONTEXT"] || currentContext(env["DOCKER_CONFIG"] || join(homedir(), ".docker"));
  return context === "default" ? "/var/run/docker.sock" : undefined;
}

/** What can't be read is left for docker to judge. */
function currentContext(folder: string): string | undefined {
  try {
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as { currentContext?: string };
    return config.currentContext || "default";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "default" : undefined;
  }
}

/** `docker system dial-stdio`, hidden in its help, that docker's CLI itself uses for ssh:// hosts: so contexts of any kind count. */
class Dialled extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    super();
    const child = spawn("docker", ["system", "dial-stdio"], { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr.on("data", chunk => (said += String(chunk)));
    child.stdout.on("data", chunk => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // A closed pipe shows in the end of the process.
    child.stdin.on("error", () => undefined);
    child.once("error", error => this.destroy(error));
    child.once("close", code => this.destroy(new Error(endOf(said, code))));
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

  /** Idle, it keeps no process of ours alive, and ends soon. */
  unref(): void {
    this.#handles().forEach(handle => handle.unref());
    this.#idle = setTimeout(() => this.destroy(), 5_000).unref();
  }

  ref(): void {
    clearTimeout(this.#idle);
    this.#handles().forEach(handle => handle.ref());
  }

  // What else node's agent asks of a socket that it keeps.
  setKeepAlive(): void {}
  setNoDelay(): void {}
  setTimeout(): void {}

  #handles(): { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#child;
    // Pipes of a child are sockets, whatever their types say.
    return [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])];
  }
}

function endOf(said: string, code: number | null): string {
  const dial = /^failed to open the raw stream connection: (.*)/m.exec(said)?.[1];
  if (dial !== undefined) return unreachable(dial);
  return said.trim() === "" ? `the connection ended (${code ?? "by a signal"})` : said.trim();
}

function unreachable(why: string): string {
  return `Cannot connect to the Docker daemon: ${why}`;
}
