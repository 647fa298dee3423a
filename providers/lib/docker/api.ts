// Docker's own API, for what is asked often and for what its CLI can't say: one connection for many calls, where the CLI is a process for each.
import type { ClientRequest } from "node:http";
import { engineAgent, http, connectionProblem } from "./connection.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(what: string, status: number, words: string) {
    super(`docker: ${what}: HTTP ${status}: ${words}`);
    this.status = status;
  }
}

/** The connection couldn't be made, or broke: of a call that changes something it isn't known whether it came through. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** What `path` (with `/` first, without an API version: the engine's own counts) answers. `what` is verb and noun. Throws ApiError, ConnectionError. */
export async function get<T>(path: string, what: string): Promise<T> {
  // A kept connection may have ended since it was used last.
  const text = await call("GET", path, what).catch((error: unknown) => {
    if (error instanceof ConnectionError) return call("GET", path, what);
    throw error;
  });
  return JSON.parse(text) as T;
}

/** Posts `body` as JSON. As `get`. */
export async function post(path: string, body: object, what: string): Promise<void> {
  await call("POST", path, what, JSON.stringify(body));
}

/** As `get`. */
export async function remove(path: string, what: string): Promise<void> {
  await call("DELETE", path, what);
}

/** As a part of a path: Docker's filters. */
export function filters(wanted: Readonly<Record<string, readonly string[]>>): string {
  return `filters=${encodeURIComponent(JSON.stringify(wanted))}`;
}

/** Ends the connections that nothing uses: the next call asks docker anew where its engine is. */
export function closeConnections(): void {
  agent.destroy();
}

/** Milliseconds. */
const ANSWER = 20_000;

async function call(method: string, path: string, what: string, body = ""): Promise<string> {
  const headers = {
    host: "docker",
    ...(body === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  const signal = AbortSignal.timeout(ANSWER);
  return new Promise<string>((resolve, reject) => {
    const failed = (error: Error) =>
      reject(
        new ConnectionError(
          `docker: ${what}: ${signal.aborted ? `no answer within ${ANSWER / 1000} s` : connectionProblem(error)}`,
          { cause: error },
        ),
      );
    const asked: ClientRequest = http.request({ agent, method, path, headers, signal }, answer => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.once("error", failed);
      answer.once("end", () =>
        answer.statusCode! < 300 ? resolve(text) : reject(new ApiError(what, answer.statusCode!, wordsOf(text))),
      );
    });
    asked.once("error", failed).end(body);
  });
}

function wordsOf(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text.trim();
  }
}

/** Two at once: what takes long doesn't keep all else waiting. */
const agent = engineAgent(2);
