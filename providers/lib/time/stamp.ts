// A moment as a file's name: in UTC, and ordered as text.

/** `20260314T030211.123Z`. */
export function stamp(moment: Date = new Date()): string {
  return moment.toISOString().replaceAll(/[-:]/g, "");
}
