// The id of this host's current boot.
import { readFile } from "node:fs/promises";

/** New at each boot (random(4)). */
export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
