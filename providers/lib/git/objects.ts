// Objects of a git repository, asked of one `git cat-file --batch` for many: a process for each would cost more than all else of a check.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { ProgramError, type ProgramErrorKind, run } from "../process/index.ts";
import { gitEnv } from "./env.ts";

export interface GitObject {
  readonly oid: string;
  /** `blob`, `tree`, `commit` or `tag`. */
  readonly type: string;
  readonly content: Buffer;
}

export interface Entry {
  readonly name: string;
  readonly oid: string;
}

/**
 * What is at `path` below `tree` (as git takes it: `refs/tags/1.0.0^{tree}`), or undefined where nothing is. `what` is verb and noun.
 * Throws ProgramError where there is no such tree, or git lost what is in it.
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

/** The object that `name` stands for. Throws ProgramError. */
export async function readObject(repository: string, name: string, what: string): Promise<GitObject> {
  const found = await ask(repository, name, what);
  if (found) return found;
  // In a batch git calls it missing, whatever the reason; asked for it alone, it says more.
  await run("git", ["-C", repository, "cat-file", "-t", name], what, { env: gitEnv, timeout: ANSWER });
  endReading(repository);
  const made = await ask(repository, name, what);
  if (made) return made;
  throw new Error(`git: ${what}: ${name} comes and goes`);
}

/** What a tree has, in git's order: `<mode> <name>\0<raw id>` for each. */
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

/** What is read after this is as the repository is now. What was asked before is still answered. */
export function endReading(repository: string): void {
  readers.get(repository)?.end();
}

const readers = new Map<string, Reader>();

/** Milliseconds without a word from git. */
const ANSWER = 60_000;

/** Milliseconds: git keeps in mind which packs and packed refs there are. */
const IDLE = 300;

async function ask(repository: string, name: string, what: string): Promise<GitObject | undefined> {
  // A question is a line: no ref has a newline in its name.
  if (name.includes("\n")) return undefined;
  const reader = readers.get(repository) ?? new Reader(repository);
  return reader.ask(name, what);
}

interface Question {
  readonly what: string;
  resolve(found: GitObject | undefined): void;
  reject(error: Error): void;
}

/** Answers come in the order of the questions. Idle, it keeps no process of ours alive, and ends soon. */
class Reader {
  readonly #repository: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #asked: Question[] = [];
  #parts: Buffer[] = [];
  #size = 0;
  #wanted = 1;
  #timer: NodeJS.Timeout | undefined;

  constructor(repository: string) {
    this.#repository = repository;
    const child = spawn("git", ["-C", repository, "cat-file", "--batch"], {
      env: { ...process.env, ...gitEnv },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let said = "";
    child.once("error", error =>
      this.#fail((error as NodeJS.ErrnoException).code === "ENOENT" ? "not found" : "failed", said, null, error),
    );
    child.once("exit", () => this.#forget());
    child.once("close", code => this.#fail(child.killed ? "timed out" : "failed", said, code));
    child.stderr.on("data", chunk => (said += String(chunk)));
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    // A closed pipe shows in the end of the process.
    child.stdin.on("error", () => undefined);
    this.#child = child;
    readers.set(repository, this);
  }

  ask(name: string, what: string): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ what, resolve, reject });
      this.#child.stdin.write(`${name}\n`);
      this.#watch();
    });
  }

  end(): void {
    this.#forget();
    this.#child.stdin.end();
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#wanted) {
      let rest = Buffer.concat(this.#parts);
      let answer = answerIn(rest);
      for (; answer.end <= rest.length; answer = answerIn(rest)) {
        this.#asked.shift()?.resolve(answer.found);
        rest = rest.subarray(answer.end);
      }
      [this.#parts, this.#size, this.#wanted] = [[rest], rest.length, answer.end];
    }
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#timer);
    const { stdin, stdout, stderr } = this.#child;
    // Pipes of a child are sockets, whatever their types say.
    const handles = [this.#child, ...([stdin, stdout, stderr] as unknown as Socket[])];
    if (this.#asked.length > 0) {
      handles.forEach(handle => handle.ref());
      this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), ANSWER);
    } else {
      handles.forEach(handle => handle.unref());
      this.#timer = setTimeout(() => this.end(), IDLE).unref();
    }
  }

  #fail(kind: ProgramErrorKind, stderr: string, exitCode: number | null, cause?: Error): void {
    clearTimeout(this.#timer);
    this.#forget();
    for (const { what, reject } of this.#asked.splice(0))
      reject(new ProgramError("git", what, kind, { stdout: "", stderr, exitCode }, cause));
  }

  #forget(): void {
    if (readers.get(this.#repository) === this) readers.delete(this.#repository);
  }
}

/** The first answer and where it ends, which is beyond `bytes` where they don't hold all of it: `<oid> <type> <size>\n<content>\n`, else `<name> missing\n`. */
function answerIn(bytes: Buffer): { end: number; found?: GitObject } {
  const line = bytes.indexOf("\n");
  if (line < 0) return { end: bytes.length + 1 };
  const [, oid, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(bytes.toString("latin1", 0, line)) ?? [];
  if (oid === undefined || type === undefined) return { end: line + 1 };
  const end = line + 1 + Number(size) + 1;
  return { end, found: { oid, type, content: bytes.subarray(line + 1, end - 1) } };
}
