// A warm app in a temporary folder: real state files and a real .env, side effects on a fake host.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CheckedWarmApp, warmAppInputs } from "../../providers/app/inputs.ts";
import type { AppContext } from "../../providers/app/context.ts";
import type { UpgradeHost } from "../../providers/app/host.ts";
import { appFolder, writeLastGood } from "../../providers/lib/state/index.ts";
import { type Disk, type Plan, processOn } from "./fakeHost.ts";

export interface FakeApp {
  readonly app: CheckedWarmApp;
  readonly context: AppContext;
  readonly logged: string[];
  /** A process on `disk`, whose deploys and commits also write the real files. */
  host(disk: Disk, fates?: Plan): { readonly host: UpgradeHost; readonly did: string[] };
  readEnv(): Promise<string>;
  writeEnv(text: string): Promise<void>;
  /** The same app with other inputs. */
  wanting(version: string, env?: Record<string, string>): FakeApp;
  remove(): Promise<void>;
}

export async function fakeApp(version: string): Promise<FakeApp> {
  const root = await mkdtemp(join(tmpdir(), "hearth-sync-"));
  const before = process.env["ABRA_DIR"];
  process.env["ABRA_DIR"] = join(root, "abra");
  const servers = join(root, "abra", "servers", "default");
  await mkdir(servers, { recursive: true });
  const remove = async () => {
    if (before === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = before;
    await rm(root, { recursive: true });
  };
  return fakeAppIn(root, join(servers, "app.test.env"), version, {}, remove);
}

function fakeAppIn(
  root: string,
  file: string,
  version: string,
  env: Record<string, string>,
  remove: () => Promise<void>,
): FakeApp {
  const inputs = warmAppInputs.parse({
    recipe: "app",
    domain: "app.test",
    version,
    env,
    stateDir: join(root, "state"),
  });
  const app: CheckedWarmApp = {
    ...inputs,
    held: [],
    condition: "unknown",
    drifted: [],
    recorded: true,
    swarm: "swarm",
  };
  const folder = appFolder(app.stateDir, app.domain);
  const logged: string[] = [];
  const readEnv = () => readFile(file, "utf8").catch(() => "");
  const recordVersion = async (deployed: string) => {
    const others = (await readEnv()).split("\n").filter(line => line !== "" && !line.startsWith("TYPE="));
    await writeFile(file, [`TYPE=app:${deployed}`, ...others, ""].join("\n"));
  };
  const recipe = {
    sample: "",
    env: {},
    compose: { services: {}, secrets: [], configs: [], volumes: ["data"], envFiles: [] },
  };
  const context = {
    app,
    folder,
    stack: "app_test",
    swarm: app.swarm,
    mirror: "",
    lock: 0,
    log: (line: string) => void logged.push(line),
    // As abra does, it records the newest version.
    abra: { newApp: () => recordVersion("9.9.9+9") } as unknown as AppContext["abra"],
    env: async () => ({}),
    recipeAt: async () => recipe,
  };
  return {
    app,
    context,
    logged,
    readEnv,
    writeEnv: text => writeFile(file, text),
    wanting: (other, settings = {}) => fakeAppIn(root, file, other, settings, remove),
    remove,
    host(disk, fates) {
      const { host, did } = processOn(disk, fates);
      const deploy = async (deployed: string) => {
        await host.deploy(deployed);
        await recordVersion(deployed);
      };
      const commit = async (healthy: string) => {
        await host.commit(healthy);
        await writeLastGood(folder, healthy, {});
      };
      return { host: { ...host, deploy, commit }, did };
    },
  };
}
