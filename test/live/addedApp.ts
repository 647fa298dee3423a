// A warm app that a spec adds to the lab's own, and removes afterwards.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { stackOf } from "../../providers/lib/docker/names.ts";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { at, stateDir } from "../lab/paths.ts";
import { resetUpstream } from "../lab/upstream.ts";
import { call, type Done, freshWarm, must, upWarm, warmConfig } from "./host.ts";

/** Settings as in `hearth:apps.<recipe>`. */
interface Settings {
  readonly domain: string;
  readonly [setting: string]: unknown;
}

/**
 * Adds the app to the warm stack's configuration; the next `up` deploys it. Returns what removes it again with its
 * volumes, its state and its .env, and resolves to the `up` that did.
 */
export async function addWarmApp(recipe: string, settings: Settings): Promise<() => Promise<Done>> {
  await resetUpstream(recipe);
  if ((await upWarm()).exitCode !== 0) await freshWarm();
  const config = await readFile(warmConfig, "utf8");
  const edited = parse(config) as { config: { "hearth:apps": Record<string, object> } };
  edited.config["hearth:apps"][recipe] = settings;
  await writeFile(warmConfig, stringify(edited));
  return async () => {
    const { domain } = settings;
    await writeFile(warmConfig, config);
    const done = await upWarm();
    const filter = `name=${stackOf(domain)}_`;
    for (const name of (await must("docker", "volume", "ls", "-q", "--filter", filter)).split("\n"))
      if (name !== "") await call("docker", ["volume", "rm", name]);
    for (const path of [appFolder(stateDir, domain).path, join(at.abra, "servers", "default", `${domain}.env`)])
      await rm(path, { recursive: true, force: true });
    return done;
  };
}
