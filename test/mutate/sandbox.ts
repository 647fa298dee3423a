// What a mutant can't do: it sees no process but its own, no socket of docker, and writes only into its copy.
import { spawnSync } from "node:child_process";
import type { Copy } from "./copy.ts";

const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const root = process.getuid?.() === 0 ? [] : ["--map-root-user"];

/** The copy stays writable, the rest of its file system doesn't; docker's sockets and data are hidden. */
const script = `set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
cd "$2"
shift 2
exec "$@"`;

/** Whether this machine lets hearth make the sandbox; else mutants run with their PATH and folders alone. */
export const canSandbox = spawnSync("unshare", [...root, ...namespaces, "true"]).status === 0;

/** The command line that runs `argv` in the copy, with the least priority. */
export function sandboxed(copy: Copy, argv: readonly string[]): string[] {
  const plain = ["nice", "-n", "19", ...argv];
  if (!canSandbox) return plain;
  return ["unshare", ...root, ...namespaces, "--", "sh", "-c", script, "sh", copy.folder, copy.checkout, ...plain];
}
