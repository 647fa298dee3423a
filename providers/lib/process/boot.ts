// This host's current boot: its id, and when it began.
import { readFile, stat } from "node:fs/promises";

/** New at each boot (random(4)). */
export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/**
 * No later than this boot, in ms since 1970. The earlier of two estimates, so that setting the clock doesn't make
 * files of this boot look older: `btime` follows the clock, the time of /dev/null was stamped at boot.
 */
export async function bootedBefore(): Promise<number> {
  const [text, stamped] = await Promise.all([readFile("/proc/stat", "utf8"), stat("/dev/null")]);
  const seconds = /^btime (\d+)$/m.exec(text)?.[1];
  if (seconds === undefined) throw new Error("read /proc/stat: expected a line `btime <seconds>`");
  return Math.min(Number(seconds) * 1000, stamped.ctimeMs, stamped.mtimeMs);
}
