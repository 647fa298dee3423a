// Swarm's config objects as a notice board: a name is taken by one alone, labels change by compare and swap, every manager sees the same.
import { ApiError, filters, get, post, remove } from "./api.ts";

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
const DATA = Buffer.from("hearth\n").toString("base64");

/** Makes the config; false where the name is taken. */
export async function createConfig(name: string, labels: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await post("/configs/create", { Name: name, Labels: labels, Data: DATA }, `make the config ${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return false;
    throw error;
  }
}

/** Every config that carries the label `label`. */
export async function configsWith(label: string): Promise<Config[]> {
  const found = await get<Listed[]>(`/configs?${filters({ label: [label] })}`, "list configs");
  return found.map(({ ID, Version, CreatedAt, Spec }) => ({
    id: ID,
    name: Spec.Name,
    labels: Spec.Labels ?? {},
    created: CreatedAt,
    version: Version.Index,
  }));
}

interface Listed {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly CreatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels?: Record<string, string> };
}

/** Replaces the config's labels, unless it was changed or removed since it was read; then false. */
export async function relabelConfig(
  { id, name, version }: Config,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await post(`/configs/${id}/update?version=${version}`, { Name: name, Labels: labels }, `change the config ${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || /out of sequence|not found/i.test(error.message)))
      return false;
    throw error;
  }
}

/** By id, so that another one of the same name stays. Absent is success. */
export async function removeConfig({ id, name }: Pick<Config, "id" | "name">): Promise<void> {
  await remove(`/configs/${id}`, `remove the config ${name}`).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}
