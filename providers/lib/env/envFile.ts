// Parses an app's .env, and sets a key in it without changing any other byte.

const assignment = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;
const quotedValue = /^("(?:[^"\\]|\\.)*"|'[^']*')(.*)$/;
const bareValue = /^(.*?)((?:\s+#.*)?\s*)$/;

export class EnvValueError extends Error {
  override readonly name = "EnvValueError";
}

/** The file's assignments, without quotes and trailing comments. The last assignment of a key wins. */
export function parseEnv(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const parts = assignment.exec(line);
    if (parts) found[parts[2]!] = unquoted(splitValue(parts[3]!).value);
  }
  return found;
}

/**
 * Sets `key` to `value` in `text`: changes the last assignment and keeps its comment, or appends a line. Throws
 * EnvValueError for a value with a line break.
 */
export function setEnv(text: string, key: string, value: string): string {
  const lines = text.split("\n");
  const at = lines.findLastIndex(line => assignment.exec(line.replace(/\r$/, ""))?.[2] === key);
  if (at >= 0) {
    const [line, end] = lines[at]!.endsWith("\r") ? [lines[at]!.slice(0, -1), "\r"] : [lines[at]!, ""];
    const [, before, , rest] = assignment.exec(line)!;
    const { value: old, comment } = splitValue(rest!);
    if (unquoted(old) !== value) lines[at] = `${before}${key}=${quoted(key, value)}${comment}${end}`;
    return lines.join("\n");
  }
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const separator = text === "" || text.endsWith("\n") ? "" : newline;
  return `${text}${separator}${key}=${quoted(key, value)}${newline}`;
}

function splitValue(rest: string): { value: string; comment: string } {
  const parts = quotedValue.exec(rest) ?? bareValue.exec(rest);
  return { value: parts?.[1] ?? rest, comment: parts?.[2] ?? "" };
}

function unquoted(value: string): string {
  if (value.startsWith("'") && value.endsWith("'") && value.length > 1) return value.slice(1, -1);
  if (value.startsWith('"') && value.endsWith('"') && value.length > 1)
    return value.slice(1, -1).replace(/\\(["\\$])/g, "$1");
  return value.trim();
}

function quoted(key: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new EnvValueError(`set ${key} in the .env: expected a value without line breaks`);
  if (/^[^\s#'"$`\\]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/["\\$]/g, "\\$&")}"`;
}
