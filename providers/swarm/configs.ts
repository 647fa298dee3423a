// Swarm's config objects as a notice board: a name is taken by one alone, labels change by compare and swap, every manager sees the same.
import { ProgramError } from "../program/run.ts";
import { ApiError, post } from "./api.ts";
import { docker } from "./docker.ts";

export interface Config {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When it was made, by Swarm's clock: ISO, finer than a millisecond. */
  readonly created: string;
  /** Swarm's version of it: what `relabel` compares. */
  readonly version: number;
}

/** Swarm wants some data in a config; ours say what they say in labels, which alone can be changed. */
const DATA = "hearth\n";

/** Makes the config; false where the name is taken. */
export async function createConfig(name: string, labels: Readonly<Record<string, string>>): Promise<boolean> {
  const argv = ["config", "create", ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]), name, "-"];
  try {
    await docker(argv, `make the config ${name}`, { input: DATA });
    return true;
  } catch (error) {
    if (error instanceof ProgramError && /already exists/i.test(error.result.stderr)) return false;
    throw error;
  }
}

/** Every config that carries the label `label`. */
export async function configsWith(label: string): Promise<Config[]> {
  const ids = (await docker(["config", "ls", "--quiet", "--filter", `label=${label}`], "list configs")).stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  try {
    const { stdout } = await docker(["config", "inspect", ...ids], "look at configs");
    return (JSON.parse(stdout) as Inspected[]).map(({ ID, Version, CreatedAt, Spec }) => ({
      id: ID,
      name: Spec.Name,
      labels: Spec.Labels ?? {},
      created: CreatedAt,
      version: Version.Index,
    }));
  } catch (error) {
    if (error instanceof ProgramError && /not found|no such config/i.test(error.result.stderr)) return configsWith(label); // removed between the two calls
    throw error;
  }
}

interface Inspected {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly CreatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Record<string, string> };
}

/** Gives the config other labels, if nobody changed it since it was read; false where somebody did, or it is gone. */
export async function relabelConfig({ id, name, version }: Config, labels: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await post(`/configs/${id}/update?version=${version}`, { Name: name, Labels: labels }, `change the config ${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || /out of sequence|not found/i.test(error.message))) return false;
    throw error;
  }
}

/** By id, so that another one of the same name stays. Absent is success. */
export async function removeConfig({ id, name }: Pick<Config, "id" | "name">): Promise<void> {
  try {
    await docker(["config", "rm", id], `remove the config ${name}`);
  } catch (error) {
    if (error instanceof ProgramError && /not found|no such config/i.test(error.result.stderr)) return;
    throw error;
  }
}
