// Formats sizes and errors for a line of output.

/** Prints one line for the operator. */
export type Log = (line: string) => void;

/** Megabytes of 10^6 bytes, `159 MB`; below ten with one decimal, `1.4 MB`. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return `${mb >= 10 || mb === 0 ? Math.round(mb).toLocaleString("en") : mb.toFixed(1)} MB`;
}

/** The message of whatever was thrown, also when it is no Error. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Another program's words for a line: without control characters, at most `max` characters. */
export function oneLine(text: string, max = 200): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
