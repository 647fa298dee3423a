// A moment as a file name: in UTC, sorted by time.

/** `20260314T030211.123Z`. Default: now. */
export function stamp(moment: Date = new Date()): string {
  return moment.toISOString().replaceAll(/[-:]/g, "");
}
