// State of one process that works on an app, shared by the adapters.
import { cleanText } from "../../lib/diagnostics/index.ts";
import { findSnapshot, type StoredSnapshot } from "../../lib/snapshot/index.ts";
import type { AppContext } from "../context.ts";
import { secretsInContainers } from "../diagnostics.ts";
import { profileOf, type Profile } from "../profiles/index.ts";

export interface Session {
  readonly context: AppContext;
  readonly profile: Profile;
  /** The volumes of the running version, as its compose files name them. */
  readonly volumes: readonly string[];
  /** Whether the volumes are snapshotted and restored. */
  readonly stateful: boolean;
  /** Logs a line that begins with the app. */
  log(line: string): void;
  /** Secrets seen in the app's containers, for masking. Never stored. */
  readonly secrets: ReadonlySet<string>;
  /** Adds the secrets of the containers that run now. */
  learnSecrets(): Promise<void>;
  mask(text: string): string;
  /** What the gate observed, oldest first. */
  readonly observations: string[];
  /** Throws if the snapshot was deleted. */
  snapshotOf(id: string | undefined): Promise<StoredSnapshot>;
}

export function openSession(context: AppContext, volumes: readonly string[]): Session {
  const { app, stack, folder } = context;
  const secrets = new Set<string>();
  return {
    context,
    profile: profileOf(app.recipe),
    volumes,
    stateful: app.stateful && volumes.length > 0,
    log: line => context.log(`${app.recipe}: ${line}`),
    secrets,
    async learnSecrets() {
      for (const secret of await secretsInContainers(stack, await context.env())) secrets.add(secret);
    },
    mask: text => cleanText(text, [...secrets]),
    observations: [],
    async snapshotOf(id = "") {
      const found = await findSnapshot(folder.path, id);
      if (!found) throw new Error(`snapshot not found: ${id} of ${app.domain}`);
      return found;
    },
  };
}
