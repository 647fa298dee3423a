// Parses the duration that a flag gives.
import { seconds } from "../../providers/lib/time/index.ts";

/** Milliseconds of `90s`, `30m`, `1h30m`. Throws an error that names the flag. */
export function duration(text: string, flag: string): number {
  const ms = /^(\d+[hms])+$/.test(text) ? seconds(text) * 1000 : Number.NaN;
  if (!(ms > 0)) throw new Error(`${flag} ${JSON.stringify(text)}: expected a duration such as 90s, 30m or 1h30m`);
  return ms;
}
