// Formats sizes, times and errors for a line of output.

/** `159 MB`, of a million bytes each; one decimal below ten. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return `${mb >= 10 || mb === 0 ? Math.round(mb).toLocaleString("en") : mb.toFixed(1)} MB`;
}

/** Seconds since `start` (milliseconds, as Date.now() counts them): `1.4 s`. */
export function since(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
