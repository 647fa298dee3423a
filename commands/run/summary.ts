// Formats the line that summarises what a run got. Pure.
import { parseVersion } from "../../providers/lib/recipe/index.ts";
import type { RunOutputs } from "./outputs.ts";

/** `keycloak 26.4.0 (10.7.9), warm, upgraded 14 h ago · realm docs-9c1995 · https://docs-9c1995.…` */
export function summary(outputs: RunOutputs, now = Date.now()): string {
  const { appUrl } = outputs;
  const parts = outputs.keycloak === "none" ? [] : [keycloak(outputs, now), `realm ${outputs.realm}`];
  return [...parts, ...(appUrl === undefined ? [] : [appUrl])].join(" · ") || "a lease only";
}

function keycloak({ keycloak: kind, keycloakVersion, keycloakSince }: RunOutputs, now: number): string {
  const parsed = parseVersion(keycloakVersion);
  const at = parsed ? `keycloak ${parsed.app} (${parsed.recipe.version})` : "keycloak";
  const since = kind === "warm" && keycloakSince !== "" ? [`upgraded ${ago(now - Date.parse(keycloakSince))}`] : [];
  return [at, kind, ...since].join(", ");
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} d ago`;
}
