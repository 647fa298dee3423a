// A client of Docker's API, for frequent queries and for data that the CLI doesn't print. It reuses connections; the
// CLI needs a process per call.
import type { ClientRequest } from "node:http";
import { connectionProblem, engineAgent, http } from "./connection.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(what: string, status: number, message: string) {
    super(`docker: ${what}: HTTP ${status}: ${message}`);
    this.status = status;
  }
}

/** The connection failed. A call that changes something may have succeeded anyway. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/**
 * Gets `path`, which begins with `/` and has no API version: the engine uses its own. `what` is verb and noun for the
 * error. Throws ApiError, ConnectionError.
 */
export async function get<T>(path: string, what: string): Promise<T> {
  // Retry once: the engine may have closed an idle connection.
  const text = await call("GET", path, what).catch((error: unknown) => {
    if (error instanceof ConnectionError) return call("GET", path, what);
    throw error;
  });
  return JSON.parse(text) as T;
}

/** Posts `body` as JSON. Throws as `get`, but never retries. */
export async function post(path: string, body: object, what: string): Promise<void> {
  await call("POST", path, what, JSON.stringify(body));
}

/** Deletes `path`. Throws as `get`, but never retries. */
export async function remove(path: string, what: string): Promise<void> {
  await call("DELETE", path, what);
}

/** Docker's filters as a query parameter. */
export function filters(values: Readonly<Record<string, readonly string[]>>): string {
  return `filters=${encodeURIComponent(JSON.stringify(values))}`;
}

/** Closes idle connections. The next call locates the engine again. */
export function closeConnections(): void {
  agent.destroy();
}

/** Milliseconds. */
const RESPONSE_TIMEOUT = 20_000;

async function call(method: string, path: string, what: string, body = ""): Promise<string> {
  const headers = {
    host: "docker",
    ...(body === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  const signal = AbortSignal.timeout(RESPONSE_TIMEOUT);
  return new Promise<string>((resolve, reject) => {
    const fail = (error: Error) => {
      const why = signal.aborted ? `no answer within ${RESPONSE_TIMEOUT / 1000} s` : connectionProblem(error);
      reject(new ConnectionError(`docker: ${what}: ${why}`, { cause: error }));
    };
    const request: ClientRequest = http.request({ agent, method, path, headers, signal }, response => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.once("error", fail);
      response.once("end", () =>
        response.statusCode! < 300 ? resolve(text) : reject(new ApiError(what, response.statusCode!, messageIn(text))),
      );
    });
    request.once("error", fail).end(body);
  });
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text.trim();
  }
}

/** Two connections, so that one slow call doesn't block every other. */
const agent = engineAgent(2);
