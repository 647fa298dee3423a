// The app's health gate, and the diagnostics of what it observed.
import { healthSeconds, lacksHealthcheck } from "../../lib/compose/index.ts";
import { otherNodes, portConflictResolver, servicesOf, timeoutLabel } from "../../lib/docker/index.ts";
import { gate, gateLine, healthWindow, proberAt, type StartTimes } from "../../lib/health/index.ts";
import { hasTag } from "../../lib/recipe/index.ts";
import { shortReason } from "../../lib/reason.ts";
import { monotonicNow, since } from "../../lib/time/index.ts";
import type { AppContext } from "../context.ts";
import { captureDiagnostics } from "../diagnostics.ts";
import { readEnv, readKeptEnv } from "../env.ts";
import type { UpgradeHost } from "../host.ts";
import type { Session } from "./session.ts";

type Health = Pick<UpgradeHost, "gate" | "captureDiagnostics">;

/** Seconds allowed to a version without a tag, whose healthchecks are unknown: Keycloak starts slowly. */
const UNKNOWN_START_SECONDS = 300;

export function health(session: Session): Health {
  const { context, profile, log, observations } = session;
  const { app, stack, folder, lock } = context;
  return {
    async gate(version, baseline = {}, before) {
      const start = monotonicNow();
      const window = healthWindow(app.health, await startTimes(context, version));
      const resolvePortConflict = portConflictResolver(stack, log, { inherit: lock });
      const subject = { ...app, ingress: profile.ingress };
      const findRegression = profile.watchRegressions(app, baseline, context.log);
      const others = await otherNodes().catch(() => []);
      if (others.length > 0) log(`restarts on ${others.join(", ")} aren't seen: hearth sees its own node only`);
      const probe = proberAt(subject, version, before, findRegression);
      const check = async () => {
        const found = await probe();
        if (found.trouble !== undefined && !found.final) await resolvePortConflict();
        return found;
      };
      const onChange = (observed: string) => {
        observations.push(`${new Date().toISOString()} ${observed}`);
        log(gateLine(shortReason(observed), since(start), app.health));
      };
      const verdict = await gate(check, window, onChange);
      if (verdict.health === "healthy") log(`healthy at ${version} after ${since(start)}`);
      return verdict;
    },
    async captureDiagnostics({ id, why = "" }) {
      await session.learnSecrets();
      const services = (await servicesOf(stack)).map(service => service.name);
      const after = await readEnv(app);
      // Absent in preflight: the .env hasn't changed.
      const before = (await readKeptEnv(folder, id)) ?? after;
      const subject = { folder: folder.failures, stack, services, why, observations, before, after };
      return captureDiagnostics(subject, [...session.secrets]);
    },
  };
}

/** A look at the services that fails is repeated by the gate; it has no label then. */
async function startTimes({ stack, mirror, recipeAt, env }: AppContext, version: string): Promise<StartTimes> {
  const services = await servicesOf(stack).catch(() => []);
  const timeouts = [(await env())["TIMEOUT"], timeoutLabel(stack, services)];
  if (!(await hasTag(mirror, version)))
    return { healthchecks: UNKNOWN_START_SECONDS, lacksHealthcheck: false, timeouts };
  const { compose } = await recipeAt(version);
  return { healthchecks: healthSeconds(compose), lacksHealthcheck: lacksHealthcheck(compose), timeouts };
}
