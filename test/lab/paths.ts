// The lab's paths: state on the host, build results in the user's cache.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Build results, keyed by version: shared by every checkout of this user. */
export const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hearth");

/** The lab's own state: one lab a machine, as there is one swarm. */
export const lab = "/var/lib/hearth-lab";

/** hearth's default `stateDir`; the lab's runs use the default too. */
export const stateDir = "/var/lib/hearth";

/** Every app of the lab lives below this domain; `.test` is never delegated (RFC 6761). */
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
} as const;
