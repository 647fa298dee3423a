// Takes away what the lab made, and nothing else.
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ownDns } from "./dns.ts";
import { engineAnswers, ownEngine, stopEngine } from "./engine.ts";
import { exists } from "./host.ts";
import { ownImages } from "./images.ts";
import { cache, lab, stateDir } from "./paths.ts";
import { stateMark } from "./home.ts";
import type { Print } from "./steps.ts";
import { docker, foreignServices, nodeId, nodeLabel, ownLabel, swarmState } from "./swarm.ts";

const lines = (text: string) => text.split("\n").filter(Boolean);

/** The Swarm stacks that come from the lab's recipes. */
export async function ownStacks(): Promise<string[]> {
  const format = '{{index .Spec.Labels "com.docker.stack.namespace"}}';
  const ids = lines(await docker("service", "ls", "--quiet", "--filter", `label=${ownLabel}`));
  return ids.length === 0 ? [] : [...new Set(lines(await docker("service", "inspect", "--format", format, ...ids)))];
}

/** Removes the lab's stacks with their volumes, secrets and configs, and the proxy network; waits until they have gone. */
export async function removeApps(print: Print): Promise<void> {
  if (!(await engineAnswers()) || !["made", "joined"].includes(await swarmState())) return;
  const stacks = await ownStacks();
  if (stacks.length > 0) {
    print(`  ▸ removing ${stacks.join(", ")}`);
    await docker("stack", "rm", ...stacks);
  }
  // Whatever is left belongs to stacks of the lab that were undeployed before.
  const foreign = new Set((await foreignServices()).map(name => name.replace(/_[^_]*$/, "")));
  await until(
    "containers of the lab's apps",
    async () =>
      lines(await docker("ps", "--all", "--quiet", "--filter", `label=com.docker.stack.namespace`)).length === 0 ||
      foreign.size > 0,
  );
  for (const kind of ["secret", "config", "volume"] as const) {
    const own = (await named(kind)).filter(name => name.includes("_hearth_test_"));
    if (own.length > 0) await docker(kind, "rm", ...own);
  }
  if (foreign.size === 0 && lines(await docker("network", "ls", "--format", "{{.Name}}")).includes("proxy")) {
    await until("the network proxy", async () =>
      docker("network", "rm", "proxy").then(
        () => true,
        () => false,
      ),
    );
  }
}

async function named(kind: "secret" | "config" | "volume"): Promise<string[]> {
  return lines(await docker(kind, "ls", "--format", "{{.Name}}"));
}

async function until(what: string, gone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await gone()); i++) {
    if (i === 240) throw new Error(`lab: ${what} still there after 60 s`);
    await sleep(250);
  }
}

/** `lab down`: apps, swarm, DNS server, engine, folders; with `cache` the images and build results too. */
export async function down(print: Print, options: { readonly cache: boolean }): Promise<void> {
  await removeApps(print);
  const answers = await engineAnswers();
  if (answers && options.cache) {
    const images = await ownImages();
    if (images.length > 0) await docker("image", "rm", "--force", ...images);
  }
  const state = answers ? await swarmState() : "none";
  if (state === "made") await docker("swarm", "leave", "--force");
  if (state === "joined") await docker("node", "update", "--label-rm", nodeLabel, await nodeId());
  const dns = await ownDns();
  if (dns !== undefined) process.kill(dns, "SIGTERM");
  if ((await ownEngine()) !== undefined) {
    print("  ▸ stopping the docker engine");
    await stopEngine();
  }
  if (await exists(stateMark)) await rm(stateDir, { recursive: true, force: true });
  await rm(lab, { recursive: true, force: true });
  if (options.cache) await rm(cache, { recursive: true, force: true });
  print(options.cache ? "  ✓ the lab and its cache are gone" : `  ✓ the lab is gone; build results stay in ${cache}`);
}
