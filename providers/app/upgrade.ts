// Brings an app to the version wanted, and passes the health gate.
import { healthSeconds, type Compose } from "../abra/compose.ts";
import { gate } from "../health/gate.ts";
import type { CheckedApp } from "./inputs.ts";
import { look, type Seen } from "./observe.ts";
import type { Host } from "./reconcile.ts";

export class UnhealthyError extends Error {
  override readonly name = "UnhealthyError";
}

/**
 * Straight ahead: deploy, gate. Drain, stop and snapshot come before, the way back after; until they are here
 * a version that doesn't come up healthy stays deployed, and the error says so.
 */
export async function upgrade(host: Host, before: Seen): Promise<void> {
  const { app, say } = host;
  const from = before.version !== undefined && before.version !== app.version ? `${before.version} → ` : "";
  say(`${app.recipe}: deploying ${from}${app.version}`);
  await host.abra.deploy(app.domain, app.version);
  await passGate(host);
}

/** Waits for a whole good window. Throws UnhealthyError at the deadline that the compose file's healthchecks give, with what was last seen. */
export async function passGate({ app, compose, say }: { app: CheckedApp; compose: Compose; say: (line: string) => void }): Promise<void> {
  const start = Date.now();
  const window = { stableFor: app.health.stableFor * 1000, deadline: (healthSeconds(compose) + app.health.stableFor + app.health.margin) * 1000 };
  const said = (seen: string) => say(`${app.recipe}: ${seen === "good" ? `good after ${since(start)} s, watching for ${app.health.stableFor} s` : seen}`);
  const verdict = await gate(() => look(app), window, said);
  if (!verdict.healthy) throw new UnhealthyError(`${app.recipe}: ${app.domain} at ${app.version} isn't healthy: ${verdict.why}`);
  say(`${app.recipe}: healthy at ${app.version} after ${since(start)} s`);
}

function since(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}
