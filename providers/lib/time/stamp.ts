// Formats a time as a file name: in UTC, sorted by time.

/** `20260314T030211.123Z`. Default: now. */
export function stamp(time: Date = new Date()): string {
  return time.toISOString().replaceAll(/[-:]/g, "");
}
