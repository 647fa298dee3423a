// Reports the lab's state: what runs, and which steps are missing.
import { dnsAnswers } from "./dns.ts";
import { ownStacks } from "./down.ts";
import { engineAnswers, ownEngine } from "./engine.ts";
import { cache, lab } from "./paths.ts";
import { steps } from "./up.ts";
import { docker, swarmState } from "./swarm.ts";

export interface Status {
  readonly engine: string;
  readonly swarm: string;
  readonly dns: boolean;
  readonly apps: string[];
  readonly missing: string[];
  readonly folders: string[];
}

/** Read-only. `missing` lists the steps that `lab up` would run. */
export async function status(): Promise<Status> {
  const answers = await engineAnswers();
  const pid = await ownEngine();
  const missing: string[] = [];
  for (const step of steps) {
    const ready = await step.ready?.().catch(() => false);
    if (!ready) missing.push(step.name);
  }
  return {
    engine: answers
      ? `${await docker("version", "--format", "{{.Server.Version}}")}${pid ? `, the lab's own (pid ${pid})` : ""}`
      : "none",
    swarm: answers ? await swarmState() : "none",
    dns: answers && (await dnsAnswers()),
    apps: answers && (await swarmState()) !== "none" ? await ownStacks() : [],
    missing,
    folders: [lab, cache],
  };
}
