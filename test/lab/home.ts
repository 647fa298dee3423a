// Creates abra's folder with its local server, hearth's state directory, and the warm stack's configuration.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { files } from "./ca.ts";
import { exists } from "./host.ts";
import { at, base, lab, project, stateDir } from "./paths.ts";
import { ForeignHostError } from "./swarm.ts";
import type { Step } from "./steps.ts";

const warmConfig = join(project, ".stacks", "Pulumi.warm.yaml");
/** Marks hearth's state directory as created by the lab. */
export const stateMark = join(stateDir, ".lab");

/**
 * Seconds that the lab's warm apps must stay healthy, and margin. The recipes' healthchecks already allow enough time;
 * an otherwise idle host needs little margin.
 */
export const labHealth = { stableFor: 6, margin: 5 };

/** The specs' releases are new to hearth, and are applied at once all the same. */
const updates = { minAgeHours: 0 };

/** The lab's warm stack configuration, in the format of `pulumi config`. */
export function configOfWarm(): string {
  const ssl = { ssl_cert: { file: files.certificate }, ssl_key: { file: files.key } };
  return stringify({
    config: {
      "hearth:baseDomain": base,
      "hearth:apps": {
        traefik: {
          health: labHealth,
          updates,
          env: {
            COMPOSE_FILE: "compose.yml:compose.wildcard.yml",
            SECRET_WILDCARD_CERT_VERSION: "v1",
            SECRET_WILDCARD_KEY_VERSION: "v1",
          },
          secrets: ssl,
        },
        keycloak: { health: labHealth, updates, env: { KC_CACHE: "local" } },
      },
    },
  });
}

export const home: Step = {
  name: "hearth's folders",
  after: ["certificates", "recipes"],
  ready: async () =>
    (await exists(stateMark)) && (await exists(join(at.abra, "servers", "default"))) && (await configured()),
  run: async () => {
    const found = await readdir(stateDir).catch(() => [] as string[]);
    if (found.length > 0 && !(await exists(stateMark)))
      throw new ForeignHostError(
        `${stateDir} contains files that the lab did not create: ${found.join(", ")}. Run the lab on another machine`,
      );
    await mkdir(lab, { recursive: true, mode: 0o755 });
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await writeFile(stateMark, "");
    await mkdir(join(at.abra, "servers", "default"), { recursive: true });
    await mkdir(join(project, ".stacks"), { recursive: true, mode: 0o700 });
    if (!(await configured())) await writeFile(warmConfig, configOfWarm(), { mode: 0o600 });
  },
};

async function configured(): Promise<boolean> {
  return (await readFile(warmConfig, "utf8").catch(() => "")).includes(`hearth:baseDomain: ${base}`);
}
