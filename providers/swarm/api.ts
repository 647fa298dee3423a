// Docker's own API, for what its CLI can't say: through the CLI's connection, so that contexts and DOCKER_HOST count here too.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { Duplex } from "node:stream";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(what: string, status: number, words: string) {
    super(`docker: ${what}: HTTP ${status}: ${words}`);
    this.status = status;
  }
}

/** Posts `body` as JSON. `path` begins with `/`, without an API version: the engine's own counts. Throws ApiError, and what the connection says. */
export async function post(path: string, body: object, what: string, timeout = 20_000): Promise<void> {
  // Hidden in the CLI's help; it is what docker itself uses for ssh:// hosts.
  const child = spawn("docker", ["system", "dial-stdio"], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", chunk => (said += String(chunk)));
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", code => reject(new Error(`docker: ${what}: the connection ended with ${code}${said === "" ? "" : `: ${said.trim()}`}`)));
      const text = JSON.stringify(body);
      const headers = { host: "docker", "content-type": "application/json", "content-length": Buffer.byteLength(text), connection: "close" };
      const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
      stream.on("error", reject);
      const call = request({ method: "POST", path, headers, createConnection: () => stream, timeout }, answer => {
        let words = "";
        answer.setEncoding("utf8").on("data", (part: string) => (words += part));
        answer.once("end", () => (answer.statusCode! < 300 ? resolve() : reject(new ApiError(what, answer.statusCode!, words.trim()))));
      });
      call.once("timeout", () => call.destroy(new Error(`docker: ${what}: no answer within ${timeout / 1000} s`)));
      call.once("error", reject);
      call.end(text);
    });
  } finally {
    child.kill();
  }
}
