// The UpgradeHost of a real host: an adapter per concern, over abra, docker, the file system and HTTPS.
import type { AppContext } from "./context.ts";
import type { UpgradeHost } from "./host.ts";
import { cleanUp } from "./live/cleanUp.ts";
import { environment } from "./live/environment.ts";
import { guards } from "./live/guards.ts";
import { health } from "./live/health.ts";
import { journal } from "./live/journal.ts";
import { maintenance } from "./live/maintenance.ts";
import { services } from "./live/services.ts";
import { openSession } from "./live/session.ts";
import { snapshots } from "./live/snapshots.ts";
import { versions } from "./live/versions.ts";
import { preflight } from "./preflight.ts";

/** `volumes`: the running version's. An app is stateless only if its inputs say so. */
export function liveHost(context: AppContext, volumes: readonly string[]): UpgradeHost {
  const session = openSession(context, volumes);
  const { stateful, mask } = session;
  return {
    name: context.app.recipe,
    stateful,
    log: context.log,
    mask,
    ...journal(session),
    ...versions(session),
    ...maintenance(session),
    ...environment(session),
    ...guards(session),
    ...services(session),
    ...snapshots(session),
    ...cleanUp(session),
    ...health(session),
    // Even if the compose files declare no volume: a writable mount that no snapshot covers is an error.
    preflight: operation => preflight(context, operation, context.app.stateful ? volumes : undefined),
  };
}
