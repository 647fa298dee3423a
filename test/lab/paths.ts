// The lab's paths: state on the host, build results in the user's cache.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the checkout. */
export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Build results, keyed by version, shared by all checkouts of this user. */
export const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hearth");

/** The lab's state: one lab per machine, as there is one swarm. */
export const lab = "/var/lib/hearth-lab";

/** hearth's default `stateDir`, which the lab uses. */
export const stateDir = "/var/lib/hearth";

/** Domain of the lab's apps; `.test` is never delegated (RFC 6761). */
export const base = "hearth.test";

export const at = {
  bin: join(lab, "bin"),
  logs: join(lab, "logs"),
  abra: join(lab, "abra"),
  upstream: join(lab, "upstream"),
  ca: join(lab, "ca"),
  dns: join(lab, "dns"),
  pulumiHome: join(lab, "pulumi-home"),
  backend: join(lab, "backend"),
  passphrase: join(lab, "passphrase"),
  compileCache: join(lab, "compile-cache"),
  engine: join(lab, "engine"),
  registry: join(lab, "registry"),
} as const;
