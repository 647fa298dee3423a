// The environment that points hearth, Pulumi, abra and docker at the lab instead of the machine's own setup.
import { dirname } from "node:path";
import { compileCacheEnv } from "../../commands/pulumi/compileCache.ts";
import { files } from "./ca.ts";
import { at } from "./paths.ts";

/** Variables that make a process use the lab. */
export function labEnvironment(path = process.env["PATH"] ?? ""): Record<string, string> {
  return {
    PATH: [at.bin, dirname(process.execPath), path].join(":"),
    ABRA_DIR: at.abra,
    PULUMI_HOME: at.pulumiHome,
    PULUMI_BACKEND_URL: `file://${at.backend}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: at.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    ...compileCacheEnv(at.compileCache, {}),
    NODE_EXTRA_CA_CERTS: files.bundle,
    SSL_CERT_FILE: files.bundle,
    CURL_CA_BUNDLE: files.bundle,
  };
}
