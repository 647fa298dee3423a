// Reads an app's .env, and sets a key in it without changing any other byte.
import { EnvSyntaxError, statementsOf, type Statement } from "./statements.ts";

/** The value can't be written so that abra reads it back. */
export class EnvValueError extends Error {
  override readonly name = "EnvValueError";
}

/** The file's variables as abra reads them. The last assignment of a key wins. Throws EnvSyntaxError. */
export function parseEnv(text: string): Record<string, string> {
  return Object.fromEntries(statementsOf(text).map(({ key, value }) => [key, value]));
}

/** The last assignment of `key` with its comment, without the line break at its end; empty if there is none. */
export function lineOf(text: string, key: string): string {
  const found = statementsOf(text).findLast(statement => statement.key === key);
  if (!found) return "";
  const end = /\r?(?:\n|$)/g;
  end.lastIndex = found.end;
  return text.slice(text.lastIndexOf("\n", found.start - 1) + 1, end.exec(text)!.index);
}

/**
 * Sets `key` to `value` in `text`: changes the last assignment and keeps its comment, or appends a line. Throws
 * EnvValueError for a value that no form of quoting holds, or that the place in the file doesn't allow; EnvSyntaxError.
 */
export function setEnv(text: string, key: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new EnvValueError(`set ${key} in the .env: expected a value without line breaks`);
  const statements = statementsOf(text);
  const at = statements.findLastIndex(statement => statement.key === key);
  if (statements[at]?.value === value) return text;
  const candidates = formsOf(value).map(form =>
    at < 0 ? append(text, key, form) : replace(text, statements[at]!, form),
  );
  const index = at < 0 ? statements.length : at;
  const written = candidates.find(candidate => holds(candidate, statements, index, key, value));
  if (written === undefined)
    throw new EnvValueError(`set ${key} in the .env: its value can't be quoted so that abra reads it`);
  return written;
}

/** The value bare if it is simple, in single and in double quotes; bare at last, for one that ends in a backslash. */
function formsOf(value: string): string[] {
  const simple = /^[^\s#'"$`\\]*$/.test(value) ? [value] : [];
  const escaped = value.replace(/["\\$]/g, "\\$&");
  return [...simple, `'${value}'`, `"${escaped}"`, value];
}

function replace(text: string, { start, end }: Statement, form: string): string {
  return text.slice(0, start) + form + text.slice(end);
}

function append(text: string, key: string, form: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const separator = text === "" || text.endsWith("\n") ? "" : newline;
  return `${text}${separator}${key}=${form}${newline}`;
}

/** Whether the text reads back as `value` at `index`, and every other statement is written as before. */
function holds(text: string, before: readonly Statement[], index: number, key: string, value: string): boolean {
  const after = readable(text);
  if (after === undefined || after.length !== Math.max(before.length, index + 1)) return false;
  const others = after.every((statement, at) => at === index || statement.key === before[at]!.key);
  return others && after[index]!.key === key && after[index]!.value === value;
}

function readable(text: string): Statement[] | undefined {
  try {
    return statementsOf(text);
  } catch (error) {
    if (error instanceof EnvSyntaxError) return undefined;
    throw error;
  }
}
