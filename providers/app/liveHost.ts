// The World of real programs: what an operation looks at and does, through abra, docker, the file system and HTTPS.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { raise } from "../lib/alerts/index.ts";
import { healthSeconds } from "../lib/compose/index.ts";
import { fileAt, hasTag, withAdditions } from "../lib/recipe/index.ts";
import { mask } from "../lib/diagnostics/index.ts";
import { gate, gateLine, healthWindow, probe } from "../lib/health/index.ts";
import {
  beginOperation,
  closeOperation,
  readLastGood,
  readOperation,
  reject,
  replaceOperation,
  writeLastGood,
  writeStep,
} from "../lib/state/index.ts";
import {
  claimMaintenance,
  coordinationHost,
  drain,
  releaseMaintenance,
  swarmStore,
  type MaintenanceRequest,
} from "../lib/coordination/index.ts";
import { currentProcess } from "../lib/process/index.ts";
import { ignoreAbsent, removeFile, writeText } from "../lib/fs/index.ts";
import {
  removeReplaced,
  findSnapshot,
  prune,
  readEnv as readSnapshotEnv,
  restoreSnapshot,
  takeSnapshot,
} from "../lib/snapshot/index.ts";
import {
  assertNotMounted,
  ensureVolumes,
  imageId,
  imagesOf,
  keptImage,
  portConflictResolver,
  routedServices,
  scaleDown,
  servicesOf,
  tagImage,
  versionLabel,
  volumesOf,
  waitUntilRemoved,
} from "../lib/docker/index.ts";
import { ensureSecrets } from "../lib/secrets/index.ts";
import { readEnv, replaceEnv, writeEnv } from "./env.ts";
import { captureDiagnostics, secretsInContainers } from "./diagnostics.ts";
import type { AppContext } from "./context.ts";
import { monotonicNow, since } from "../lib/time/index.ts";
import { preflight } from "./preflight.ts";
import { profileOf } from "./profiles/index.ts";
import type { UpgradeHost } from "./host.ts";

/** `compose` is the running version's: what has volumes is stateful, unless its inputs say otherwise. */
export function liveHost(context: AppContext, volumes: readonly string[]): UpgradeHost {
  const { app, stack, folder, abra, say, lock } = context;
  const profile = profileOf(app.recipe);
  const stateful = app.stateful && volumes.length > 0;
  const keptEnv = (id: string) => join(folder.path, `env.${id}`);
  /** Seen while it ran, for what is written down about it to be masked with. Never stored. */
  let secrets: string[] = [];
  /** What the gate saw, last things last. */
  const seen: string[] = [];
  const services = () => servicesOf(stack);
  const learnSecrets = async () => {
    secrets = [...new Set([...secrets, ...(await secretsInContainers(stack, await context.env()))])];
  };
  const work = async (what: string): Promise<MaintenanceRequest> => ({
    app: app.recipe,
    domain: app.domain,
    what,
    blockedBy: profile.blockedBy,
    blocks: profile.blocks,
    holder: await currentProcess(),
    stateDir: app.stateDir,
  });
  const snapshotOf = async (id = "") => {
    const found = await findSnapshot(folder.path, id);
    if (!found) throw new Error(`the snapshot ${id} isn't there any more`);
    return found;
  };

  return {
    name: app.recipe,
    stateful,
    say,

    async running() {
      const found = await services();
      return { deployed: found.length > 0, version: versionLabel(stack, found) };
    },

    mask: text => mask(text, secrets),

    async operation() {
      const operation = await readOperation(folder);
      if (operation) await learnSecrets(); // an earlier process began it: this one has to know them too
      return operation;
    },
    async begin({ from, to }) {
      await learnSecrets();
      const witness = await profile.captureBaseline(app, say);
      return beginOperation(folder, {
        kind: "upgrade",
        recipe: app.recipe,
        domain: app.domain,
        from,
        to,
        baseline: witness,
      });
    },
    async beginRestore({ version, snapshot }) {
      await snapshotOf(snapshot);
      // What runs is what is gone back from; nothing may run at all.
      const to = versionLabel(stack, await services()) ?? version;
      const plan = {
        kind: "restore" as const,
        recipe: app.recipe,
        domain: app.domain,
        from: version,
        to,
        snapshot,
        rollingBack: true,
      };
      return replaceOperation(folder, plan, "undeploy");
    },
    writeStep: (operation, next, changes) => writeStep(folder, operation, next, changes),
    async close() {
      const operation = await readOperation(folder);
      await closeOperation(folder);
      if (operation) await removeFile(keptEnv(operation.id));
    },

    lastGood: async () => (await readLastGood(folder))?.version,
    async commit(version) {
      const images = await imagesOf(stack);
      for (const [service, { id }] of Object.entries(images)) await tagImage(id, keptImage(stack, service), lock);
      await writeLastGood(folder, version, images);
      if (await prune(folder.path, app.snapshots)) say(`${app.recipe}: the older snapshot is gone`);
    },
    reject: (version, why) => reject(folder, version, why),
    alert: async notice => {
      const lastGood = (await readLastGood(folder).catch(() => undefined))?.version;
      await raise(
        app.stateDir,
        { ...notice, key: `${app.domain} ${notice.key}`, app: app.recipe, lastGood },
        say,
        secrets,
      );
    },

    preflight: operation => preflight(context, operation.to, stateful ? volumes : undefined),
    drain: async what =>
      drain(
        coordinationHost(line => say(`${app.recipe}: ${line}`)),
        await work(what),
      ),
    async claimMaintenance(what) {
      const other = await claimMaintenance(coordinationHost(say), await work(what));
      if (other !== undefined) say(`${app.recipe}: ${other}`);
    },
    releaseMaintenance: async () => releaseMaintenance(swarmStore, await work("")),

    async prepare({ id, from, to }) {
      const text = await readEnv(app);
      await writeText(keptEnv(id), text);
      const sampleAt = async (version?: string) =>
        version === undefined ? "" : ((await fileAt(context.mirror, version, ".env.sample")) ?? "");
      const wanted = withAdditions(text, await sampleAt(to), await sampleAt(from));
      if (wanted !== text) await replaceEnv(app, wanted);
      if ((await writeEnv(app)) || wanted !== text) say(`${app.recipe}: .env set`);
      await ensureSecrets(context, (await context.composeAt(to)).secrets, say);
    },
    async restoreEnv({ id, kind, snapshot }) {
      // What a person goes back to has its own .env; what an operation undoes is as it found it.
      const text =
        kind === "restore"
          ? await readSnapshotEnv((await snapshotOf(snapshot)).path)
          : await readFile(keptEnv(id), "utf8").catch(ignoreAbsent);
      if (text !== undefined) await replaceEnv(app, text);
    },

    async stop() {
      const found = await services();
      const start = monotonicNow();
      if (found.length > 0) {
        say(`${app.recipe}: stopping`);
        const first = routedServices(found).map(service => service.name);
        await scaleDown(stack, first, { inherit: lock });
        await abra.undeploy(app.domain);
      }
      await waitUntilRemoved(stack);
      say(`${app.recipe}: stopped in ${since(start)}`);
    },

    async snapshot({ id, from = "" }) {
      const found = await volumesOf(stack, volumes);
      const good = await readLastGood(folder);
      const images = Object.fromEntries(
        Object.entries(good?.images ?? {}).map(([service, image]) => [service, image.id]),
      );
      const env = (await readFile(keptEnv(id), "utf8").catch(ignoreAbsent)) ?? (await readEnv(app));
      const about = { app: app.domain, recipe: app.recipe, version: from, images };
      const check = () => assertNotMounted(found);
      await takeSnapshot({
        folder: folder.path,
        id,
        about,
        env,
        volumes: found,
        check,
        log: line => say(`${app.recipe}: ${line}`),
        inherit: lock,
      });
    },

    async deploy(version) {
      // What is still going would fail it half-way; where that never ends, the deploy says so itself.
      if ((await services()).length === 0)
        await waitUntilRemoved(stack).catch(error => say(`${app.recipe}: ${(error as Error).message}`));
      say(`${app.recipe}: deploying ${version}`);
      await sameImages(context, version);
      await abra.deploy(app.domain, version);
    },

    async gate(version, witness) {
      const start = monotonicNow();
      const window = healthWindow(app.health, await patience(context, version));
      const note = (what: string) => {
        seen.push(`${new Date().toISOString()} ${what}`);
        say(`${app.recipe}: ${gateLine(what, since(start), app.health)}`);
      };
      const place = portConflictResolver(stack, line => say(`${app.recipe}: ${line}`), { inherit: lock });
      const seeing = async () => {
        const found = await probe({ ...app, ingress: profile.ingress }, version, () =>
          profile.findRegressions(app, witness ?? {}),
        );
        if (found.trouble !== undefined && !found.final) await place();
        return found;
      };
      const verdict = await gate(seeing, window, note);
      if (verdict.health === "healthy") say(`${app.recipe}: healthy at ${version} after ${since(start)}`);
      return verdict;
    },

    async captureDiagnostics({ id }) {
      const before = (await readFile(keptEnv(id), "utf8").catch(ignoreAbsent)) ?? "";
      await learnSecrets();
      return captureDiagnostics(
        {
          folder: folder.failures,
          stack,
          services: (await services()).map(each => each.name),
          seen,
          before,
          after: await readEnv(app),
        },
        secrets,
      );
    },

    async restore({ id, snapshot = id }) {
      const found = await snapshotOf(snapshot);
      const there = await ensureVolumes(
        stack,
        found.manifest.volumes.map(volume => volume.name),
      );
      await assertNotMounted(there);
      await restoreSnapshot({
        snapshot: found,
        volumes: there,
        id,
        log: line => say(`${app.recipe}: ${line}`),
        inherit: lock,
      });
    },
    async removeReplacedData({ id }) {
      for (const { path } of await volumesOf(stack, volumes)) await removeReplaced(path, id, { inherit: lock });
    },
  };
}

/** Seconds that the version's healthchecks allow; of one without a tag nothing is known but that Keycloak takes its time. */
async function patience({ mirror, composeAt }: AppContext, version: string): Promise<number> {
  return (await hasTag(mirror, version)) ? healthSeconds(await composeAt(version)) : 300;
}

/** A tag that was moved since must not decide what a rollback or a repair runs: last good's images get their names back. */
async function sameImages({ stack, folder, lock, say, app }: AppContext, version: string): Promise<void> {
  const good = await readLastGood(folder);
  if (good?.version !== version) return;
  for (const [service, { id, name }] of Object.entries(good.images)) {
    if ((await imageId(name)) === id) continue;
    if ((await imageId(keptImage(stack, service))) !== id)
      throw new Error(`the image that ${service} ran at ${version} (${name}) isn't here any more`);
    say(`${app.recipe}: ${name} means another image by now; ${service} gets the one it ran`);
    await tagImage(id, name, lock);
  }
}
