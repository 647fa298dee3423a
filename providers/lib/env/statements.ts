// Splits a .env file into statements as godotenv v1.5.1 does, the library with which abra reads it. Facts from its
// parser.go: https://github.com/joho/godotenv/blob/v1.5.1/parser.go; a spec compares the two on many files.

export interface Statement {
  readonly key: string;
  readonly value: string;
  /** Offsets of the value in the text, with its quotes and without a comment. */
  readonly start: number;
  readonly end: number;
}

/** The file can't be read as a .env. The message has the line, and never a value: that may be a secret. */
export class EnvSyntaxError extends Error {
  override readonly name = "EnvSyntaxError";
}

const blank = /[\t\v\f\r \u0085\u00a0]/u;
/** godotenv judges names byte by byte; hearth accepts the names that both read alike. */
const nameCharacter = /[A-Za-z0-9._]/;

/** Every statement, in order. Throws EnvSyntaxError. */
export function statementsOf(text: string): Statement[] {
  const found: Statement[] = [];
  const values = new Map<string, string>();
  for (let at = nextStatement(text, 0); at < text.length; at = nextStatement(text, found.at(-1)!.end)) {
    const { key, start } = readKey(text, at);
    const { value, end } = readValue(text, start, values);
    values.set(key, value);
    found.push({ key, value, start, end });
  }
  return found;
}

/** Skips white space, line breaks and comments. */
function nextStatement(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (text[at] === "#") at = lineEnd(text, at);
    else if (/[^\S\ufeff]|\u0085/u.test(text[at]!)) at += 1;
    else break;
  }
  return at;
}

function readKey(text: string, from: number): { key: string; start: number } {
  const begin = /^export[\t\v\f\r \u0085\u00a0]+/u.exec(text.slice(from, from + 200))?.[0].length ?? 0;
  let at = from + begin;
  if (at === text.length) throw notAnAssignment(text, from);
  while (at < text.length && text[at] !== "=" && text[at] !== ":") {
    if (!blank.test(text[at]!) && !nameCharacter.test(text[at]!)) throw notAnAssignment(text, at);
    at += 1;
  }
  // godotenv reads a last line without "=" as the value of a nameless variable.
  if (at === text.length) return { key: "", start: from + begin };
  const key = text.slice(from + begin, at).replace(/[\t\v\f\r \u0085\u00a0]+$/u, "");
  let start = at + 1;
  while (start < text.length && blank.test(text[start]!)) start += 1;
  return { key, start };
}

function readValue(text: string, start: number, values: ReadonlyMap<string, string>): { value: string; end: number } {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return readBare(text, start, values);
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== quote || text[at - 1] === "\\") continue;
    // godotenv trims every quote at either end, not one pair.
    const inner = trimmed(normalised(text.slice(start, at)), quote);
    return { value: quote === '"' ? expand(unescape(inner), values) : inner, end: at + 1 };
  }
  throw new EnvSyntaxError(`line ${lineNumber(text, start)} of the .env: expected a closing ${quote}`);
}

function readBare(text: string, start: number, values: ReadonlyMap<string, string>): { value: string; end: number } {
  const line = /[^\r\n]*/y;
  line.lastIndex = start;
  let stop = start + line.exec(text)![0].length;
  // godotenv looks for a comment from the line's end: the last `#` after a blank begins it.
  const isComment = (at: number) => text[at] === "#" && blank.test(text[at - 1]!);
  let comment = stop - 1;
  while (comment > start && !isComment(comment)) comment -= 1;
  if (comment > start) stop = comment;
  while (stop > start && blank.test(text[stop - 1]!)) stop -= 1;
  return { value: expand(text.slice(start, stop), values), end: stop };
}

/** `\n` and `\r` become control characters; any other escaped character but `$` becomes itself. */
function unescape(text: string): string {
  const controls: Record<string, string> = { "\\n": "\n", "\\r": "\r" };
  return text.replace(/\\[^\n]/gu, pair => controls[pair] ?? pair).replace(/\\([^$])/gu, "$1");
}

/**
 * `$NAME` and `${NAME}` become the value of an earlier statement, or nothing; `\$` stays a dollar. An opening
 * parenthesis after the dollar is dropped, which godotenv 1.5.1 does too.
 */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /(\\)?\$\(?\{?([A-Z0-9_]+)?\}?/g,
    (all: string, escaped: string | undefined, name: string | undefined) => {
      if (escaped !== undefined) return all.slice(1);
      return name === undefined ? all : (values.get(name) ?? "");
    },
  );
}

function trimmed(text: string, quote: string): string {
  let [from, to] = [0, text.length];
  while (from < to && text[from] === quote) from += 1;
  while (to > from && text[to - 1] === quote) to -= 1;
  return text.slice(from, to);
}

/** godotenv reads CRLF as LF, inside quotes too. */
function normalised(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at;
}

function lineNumber(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

function notAnAssignment(text: string, at: number): EnvSyntaxError {
  return new EnvSyntaxError(`line ${lineNumber(text, at)} of the .env: expected NAME=value`);
}
