// Swarm's config objects as a consistent store: names are unique, labels change by compare-and-swap, and every manager
// sees the same state.
import { ApiError, filters, get, post, remove } from "./api.ts";

export interface Config {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Creation time by Swarm's clock: ISO 8601, finer than a millisecond. */
  readonly created: string;
  /** Swarm's version index, which `relabelConfig` compares. */
  readonly version: number;
}

/** Swarm requires data, which is immutable. The content is in the labels, which can be updated. */
const DATA = Buffer.from("hearth\n").toString("base64");

/** Creates the config. Returns false if the name is taken. */
export async function createConfig(name: string, labels: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await post("/configs/create", { Name: name, Labels: labels, Data: DATA }, `create the config ${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return false;
    throw error;
  }
}

/** Every config with the label `label`. */
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

/** Replaces the config's labels. Returns false if it was changed or removed since it was read. */
export async function relabelConfig(
  { id, name, version }: Config,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await post(`/configs/${id}/update?version=${version}`, { Name: name, Labels: labels }, `update the config ${name}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || /out of sequence|not found/i.test(error.message)))
      return false;
    throw error;
  }
}

/** Removes by id, so that a new config of the same name stays. Absent is success. */
export async function removeConfig({ id, name }: Pick<Config, "id" | "name">): Promise<void> {
  await remove(`/configs/${id}`, `remove the config ${name}`).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}
