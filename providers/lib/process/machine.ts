// The machine that this process runs on, by ids that a renamed host keeps and another host of that name doesn't have.
import { readFile } from "node:fs/promises";

/** machine-id(5), and where D-Bus keeps the same. */
const files = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/** undefined: the system has none, as in most containers. */
export async function machineId(): Promise<string | undefined> {
  for (const file of files) {
    const id = (await readFile(file, "utf8").catch(() => "")).trim();
    if (/^[0-9a-f]{32}$/.test(id)) return id;
  }
  return undefined;
}
