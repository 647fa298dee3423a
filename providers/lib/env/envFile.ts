// An app's .env, edited in place: the key that is set, and no other byte.

const assignment = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;
const quotedValue = /^("(?:[^"\\]|\\.)*"|'[^']*')(.*)$/;
const bareValue = /^(.*?)((?:\s+#.*)?\s*)$/;

export class EnvValueError extends Error {
  override readonly name = "EnvValueError";
}

/** Every assignment of the file, the last one of a key winning; quotes and trailing comments taken off. */
export function parseEnv(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const parts = assignment.exec(line);
    if (parts) found[parts[2]!] = unquoted(splitValue(parts[3]!).value);
  }
  return found;
}

/** `text` with `key` set to `value`. The line that wins is changed, its comment kept; a missing key is put on a line of its own at the end. */
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
  const joint = text === "" || text.endsWith("\n") ? "" : newline;
  return `${text}${joint}${key}=${quoted(key, value)}${newline}`;
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
  if (/[\r\n\0]/.test(value)) throw new EnvValueError(`${key}: a value in a .env can't hold a line break`);
  if (/^[^\s#'"$`\\]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return `"${value.replace(/["\\$]/g, "\\$&")}"`;
}
