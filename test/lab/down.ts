// Removes everything that the lab created, and nothing else.
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDns } from "./dns.ts";
import { engineAnswers, ownEngine, reviveEngine, stopEngine } from "./engine.ts";
import { exists } from "./host.ts";
import { ownImages } from "./images.ts";
import { at, cache, lab, stateDir } from "./paths.ts";
import { stopRegistry } from "./registry.ts";
import { stateMark } from "./home.ts";
import type { Print, Step } from "./steps.ts";
import {
  docker,
  foreignServices,
  LAB_NUMBER,
  labMark,
  markNode,
  nodeId,
  nodeLabel,
  ownLabel,
  swarmState,
} from "./swarm.ts";

const lines = (text: string) => text.split("\n").filter(Boolean);

/** Stacks of the lab's recipes. */
export async function ownStacks(): Promise<string[]> {
  const format = '{{index .Spec.Labels "com.docker.stack.namespace"}}';
  const ids = lines(await docker("service", "ls", "--quiet", "--filter", `label=${ownLabel}`));
  return ids.length === 0 ? [] : [...new Set(lines(await docker("service", "inspect", "--format", format, ...ids)))];
}

/** Removes the lab's stacks with their volumes, secrets and configs, hearth's records, and the network proxy. */
export async function removeApps(print: Print): Promise<void> {
  if (!(await engineAnswers()) || (await labMark()) === undefined) return;
  // hearth's guards would keep the volumes in use.
  const guards = lines(await docker("ps", "--all", "--quiet", "--filter", "label=hearth.guard"));
  if (guards.length > 0) await docker("rm", "--force", "--volumes", ...guards);
  const stacks = await ownStacks();
  if (stacks.length > 0) {
    print(`  ▸ removing ${stacks.join(", ")}`);
    await docker("stack", "rm", ...stacks);
    await killContainers(stacks);
  }
  const isShared = (await foreignServices()).length > 0;
  await waitUntil("containers of the lab's apps", async () => isShared || (await stackContainers()).length === 0);
  // Includes leftovers of stacks undeployed earlier.
  for (const kind of ["secret", "config", "volume"] as const) {
    const own = (await namesOf(kind)).filter(name => isOwn(kind, name));
    if (own.length > 0) await docker(kind, "rm", ...own);
  }
  if (isShared || !(await namesOf("network")).includes("proxy")) return;
  await waitUntil("the network proxy", () =>
    docker("network", "rm", "proxy").then(
      () => true,
      () => false,
    ),
  );
}

/** No clean stop: their data is deleted anyway. */
async function killContainers(stacks: readonly string[]): Promise<void> {
  const ids = (await Promise.all(stacks.map(stackContainers))).flat();
  // A container that stopped meanwhile fails the call, but docker still kills the others.
  if (ids.length > 0) await docker("kill", ...ids).catch(() => undefined);
}

/** Ids of running and stopped containers of one stack, or of all. */
async function stackContainers(stack?: string): Promise<string[]> {
  const label = `label=com.docker.stack.namespace${stack === undefined ? "" : `=${stack}`}`;
  return lines(await docker("ps", "--all", "--quiet", "--filter", label));
}

/** By name: a stack's configs, secrets and volumes start with its name, hearth's records with `hearth-`. */
function isOwn(kind: "secret" | "config" | "volume", name: string): boolean {
  return name.includes("_hearth_test_") || (kind === "config" && name.startsWith("hearth-"));
}

async function namesOf(kind: "secret" | "config" | "volume" | "network"): Promise<string[]> {
  return lines(await docker(kind, "ls", "--format", "{{.Name}}"));
}

async function waitUntil(what: string, isGone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await isGone()); i++) {
    if (i === 240) throw new Error(`lab: ${what} still exist after 60 s`);
    await sleep(250);
  }
}

/** Removes the apps, hearth's state and image tags, and the lab's folders that depend on hearth's formats. */
export async function removeState(print: Print): Promise<void> {
  await removeApps(print);
  const tags = lines(await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}"));
  const own = tags.filter(tag => /^hearth-(?!lab\/)[^/]+\//.test(tag));
  if (own.length > 0) await docker("image", "rm", ...own);
  if (await exists(stateMark)) await rm(stateDir, { recursive: true, force: true });
  for (const folder of [at.abra, at.backend, at.upstream]) await rm(folder, { recursive: true, force: true });
}

/** Removes a lab of another number: its files and labels don't match this checkout's specs. */
export const outdatedLab: Step = {
  name: "outdated lab",
  after: ["docker engine"],
  ready: async () => {
    const mark = await labMark();
    return mark === undefined || mark.number === LAB_NUMBER;
  },
  run: async (_, print) => {
    const mark = await labMark();
    if (mark === undefined) return;
    print(
      `  ▸ removing apps and state of the running lab: its number is ${mark.number ?? "missing"}, ` +
        `this checkout's is ${LAB_NUMBER}`,
    );
    await removeState(print);
    await markNode(mark.origin);
  },
};

/** `lab down`: apps, swarm, DNS server, engine, folders; with `cache` also images and build results. */
export async function down(print: Print, options: { readonly cache: boolean }): Promise<void> {
  await reviveEngine();
  const answers = await engineAnswers();
  if (answers) await removeState(print);
  if (answers && options.cache) {
    const images = await ownImages();
    if (images.length > 0) await docker("image", "rm", "--force", ...images);
  }
  const state = answers ? await swarmState() : "none";
  if (state === "made") await docker("swarm", "leave", "--force");
  if (state === "joined") await docker("node", "update", "--label-rm", nodeLabel, await nodeId());
  const dns = await ownDns();
  if (dns !== undefined) process.kill(dns, "SIGTERM");
  await stopRegistry();
  if ((await ownEngine()) !== undefined) {
    print("  ▸ stopping the docker engine");
    await stopEngine();
  }
  if (await exists(stateMark)) await rm(stateDir, { recursive: true, force: true });
  await rm(lab, { recursive: true, force: true });
  if (options.cache) await rm(cache, { recursive: true, force: true });
  print(options.cache ? "  ✓ removed the lab and its cache" : `  ✓ removed the lab; build results stay in ${cache}`);
}
