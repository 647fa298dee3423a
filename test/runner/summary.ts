// The results of spec files, and the summary that ends a run.

/** One spec (`it`) that ran. */
export interface SpecResult {
  readonly title: string;
  readonly seconds: number;
  readonly failed: boolean;
}

export interface FileResult {
  /** Path below the checkout. */
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Includes loading the file and its hooks. */
  readonly seconds: number;
  readonly specs: readonly SpecResult[];
}

/** Begins the line with which a worker reports a file; a control character, so that no spec prints it by accident. */
export const RESULT = "\u001e";

const SLOWEST = 10;

/** The last line, which CI reads: `748 passed, 0 failed`, and `, 2 skipped` if any were. */
export function countLine(results: readonly FileResult[]): string {
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map(key =>
    results.reduce((sum, result) => sum + result[key], 0),
  );
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** Whether a run counts as green: nothing failed, and something ran. */
export function isGreen(results: readonly FileResult[]): boolean {
  return results.every(result => result.failed === 0) && results.some(result => result.passed > 0);
}

/** The slowest files and specs with their seconds, then every spec that failed. */
export function summary(results: readonly FileResult[]): string[] {
  const specs = results.flatMap(({ file, specs: each }) =>
    each.map(spec => ({ ...spec, name: `${file}: ${spec.title}` })),
  );
  const files = results.map(({ file, seconds }) => ({ name: file, seconds }));
  const failed = specs.filter(spec => spec.failed);
  return [
    ...table("slowest files", files),
    ...table("slowest specs", specs),
    ...(failed.length === 0 ? [] : ["failed:", ...failed.map(({ name }) => `  ${name}`)]),
  ];
}

function table(title: string, rows: readonly { readonly name: string; readonly seconds: number }[]): string[] {
  const slowest = rows.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  return [`${title}:`, ...slowest.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`)];
}
