// Reads objects of a git repository through one `git cat-file --batch`: a process per object would be the slowest part
// of a check.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { isAbsent, ProgramError, type ProgramErrorKind, withLowPriority } from "../process/index.ts";
import { gitEnv } from "./env.ts";
import { gitIn } from "./git.ts";

interface GitObject {
  readonly oid: string;
  /** `blob`, `tree`, `commit` or `tag`. */
  readonly type: string;
  readonly content: Buffer;
}

/** An entry of a tree. */
export interface Entry {
  readonly name: string;
  readonly oid: string;
}

/**
 * The object at `path` in `tree` (a git revision such as `refs/tags/1.0.0^{tree}`) of the git directory `repository`;
 * undefined if the tree has no such path. `what` is verb and noun for the error. Throws ProgramError if the tree
 * doesn't exist or an object is missing.
 */
export async function objectAt(
  repository: string,
  tree: string,
  path: string,
  what: string,
): Promise<GitObject | undefined> {
  let found = await readObject(repository, tree, what);
  for (const part of path.split("/")) {
    const entry = found.type === "tree" ? entriesOf(found).find(({ name }) => name === part) : undefined;
    if (!entry) return undefined;
    found = await readObject(repository, entry.oid, what);
  }
  return found;
}

/** The object that the revision `name` resolves to. Throws ProgramError. */
export async function readObject(repository: string, name: string, what: string): Promise<GitObject> {
  const found = await request(repository, name, what);
  if (found) return found;
  // `--batch` reports every failure as "missing". A single query fails with git's reason.
  await gitIn({ gitDir: repository }, ["cat-file", "-t", name], what, { timeout: RESPONSE_TIMEOUT });
  // It exists: the batch process started before it was created.
  closeReader(repository);
  const created = await request(repository, name, what);
  if (created) return created;
  throw new Error(`git: ${what}: object ${name} disappeared between reads`);
}

/** The entries of a tree, in git's order. Each is stored as `<mode> <name>\0<raw id>`. */
export function entriesOf({ oid, content }: GitObject): Entry[] {
  const found: Entry[] = [];
  for (let at = 0; at < content.length;) {
    const nul = content.indexOf(0, at);
    const end = nul + 1 + oid.length / 2;
    found.push({
      name: content.toString("utf8", content.indexOf(" ", at) + 1, nul),
      oid: content.toString("hex", nul + 1, end),
    });
    at = end;
  }
  return found;
}

/** Makes later reads see the repository's current objects. Pending requests still complete. */
export function closeReader(repository: string): void {
  readers.get(repository)?.close();
}

const readers = new Map<string, Reader>();

/** Milliseconds without output from git before it is killed. */
const RESPONSE_TIMEOUT = 60_000;

/** Milliseconds before an idle git exits. Short, because git caches its list of packs and packed refs. */
const IDLE_TIMEOUT = 300;

async function request(repository: string, name: string, what: string): Promise<GitObject | undefined> {
  // A request is one line; no ref name contains a newline.
  if (name.includes("\n")) return undefined;
  const reader = readers.get(repository) ?? new Reader(repository);
  return reader.request(name, what);
}

interface PendingRequest {
  readonly what: string;
  resolve(found: GitObject | undefined): void;
  reject(error: Error): void;
}

/** git responds in the order of the requests. An idle reader doesn't keep this process alive, and exits soon. */
class Reader {
  readonly #repository: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #pending: PendingRequest[] = [];
  #parts: Buffer[] = [];
  #size = 0;
  /** Bytes to buffer before the next response can be complete. */
  #needed = 1;
  #timer: NodeJS.Timeout | undefined;

  constructor(repository: string) {
    this.#repository = repository;
    const [program, argv] = withLowPriority("git", [`--git-dir=${repository}`, "cat-file", "--batch"]);
    const child = spawn(program, argv, {
      env: { ...process.env, ...gitEnv },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    child.once("error", error =>
      this.#fail((error as NodeJS.ErrnoException).code === "ENOENT" ? "not found" : "failed", stderr, null, error),
    );
    child.once("exit", () => this.#forget());
    child.once("close", code => {
      if (isAbsent(code, stderr)) this.#fail("not found", "", null);
      else this.#fail(child.killed ? "timed out" : "failed", stderr, code);
    });
    child.stderr.on("data", chunk => (stderr += String(chunk)));
    child.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    // Ignore EPIPE: the exit of the process reports the failure.
    child.stdin.on("error", () => undefined);
    this.#child = child;
    readers.set(repository, this);
  }

  request(name: string, what: string): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ what, resolve, reject });
      this.#child.stdin.write(`${name}\n`);
      this.#watch();
    });
  }

  close(): void {
    this.#forget();
    this.#child.stdin.end();
  }

  #receive(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#needed) {
      let rest = Buffer.concat(this.#parts);
      let response = parseResponse(rest);
      for (; response.end <= rest.length; response = parseResponse(rest)) {
        this.#pending.shift()?.resolve(response.found);
        rest = rest.subarray(response.end);
      }
      [this.#parts, this.#size, this.#needed] = [[rest], rest.length, response.end];
    }
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const { stdin, stdout, stderr } = this.#child;
    // A child's pipes are sockets at run time, though their types differ.
    const handles = [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])];
    if (this.#pending.length > 0) {
      handles.forEach(handle => handle.ref());
      this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), RESPONSE_TIMEOUT);
    } else {
      handles.forEach(handle => handle.unref());
      this.#timer = setTimeout(() => this.close(), IDLE_TIMEOUT).unref();
    }
  }

  #fail(kind: ProgramErrorKind, stderr: string, exitCode: number | null, cause?: Error): void {
    clearTimeout(this.#timer);
    this.#forget();
    for (const { what, reject } of this.#pending.splice(0))
      reject(new ProgramError("git", what, kind, { stdout: "", stderr, exitCode }, cause));
  }

  #forget(): void {
    if (readers.get(this.#repository) === this) readers.delete(this.#repository);
  }
}

/**
 * Parses the first response, `<oid> <type> <size>\n<content>\n` or `<name> missing\n`. `end` is greater than the length
 * of `bytes` if the response is incomplete.
 */
function parseResponse(bytes: Buffer): { end: number; found?: GitObject } {
  const line = bytes.indexOf("\n");
  if (line < 0) return { end: bytes.length + 1 };
  const [, oid, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(bytes.toString("latin1", 0, line)) ?? [];
  if (oid === undefined || type === undefined) return { end: line + 1 };
  const end = line + 1 + Number(size) + 1;
  return { end, found: { oid, type, content: bytes.subarray(line + 1, end - 1) } };
}
