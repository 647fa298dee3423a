// A temporary folder with a recipe's upstream, an operator's abra folder and a state directory.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { type CheckedRunApp, type RunAppArgs, runAppInputs, type RunAppInputs } from "../../providers/runApp/inputs.ts";
import { committer } from "../lib/git/committer.ts";

export const compose = (version: string) => `version: "3.8"
services:
  app:
    image: nginx:${version}
    environment:
      - GREETING=\${GREETING}
secrets:
  pass:
    external: true
    name: \${STACK_NAME}_pass_\${SECRET_PASS_VERSION}
  oidc:
    external: true
    name: \${STACK_NAME}_oidc_\${SECRET_OIDC_VERSION}
`;

export const sample =
  "TYPE=web\n\nDOMAIN=web.example.com\nLETS_ENCRYPT_ENV=production\nGREETING=hello\nSECRET_PASS_VERSION=v1 # length=12\nSECRET_OIDC_VERSION=v1 # generate=false\n#COMPOSE_FILE=";

export interface Fixture {
  readonly root: string;
  readonly upstream: string;
  /** The operator's abra folder; `ABRA_DIR` points to it until `cleanUp`. */
  readonly operator: string;
  readonly state: string;
  git(folder: string, ...argv: string[]): Promise<string>;
  write(folder: string, files: Record<string, string>): Promise<void>;
  /** Writes `files`, commits upstream and tags it. */
  release(version: string, files?: Record<string, string>, annotated?: boolean): Promise<void>;
  inputs(more?: Partial<RunAppArgs>): RunAppInputs;
  /** The inputs of a healthy app after `check`. */
  app(more?: Partial<RunAppArgs>): CheckedRunApp;
  cleanUp(): Promise<void>;
}

/** Creates the fixture with one release, 1.9.0+1.0. */
export async function createFixture(): Promise<Fixture> {
  const root = await mkdtemp(join(tmpdir(), "hearth-run-"));
  const [upstream, operator, state] = [join(root, "web"), join(root, "operator"), join(root, "state")];
  const before = process.env["ABRA_DIR"];
  process.env["ABRA_DIR"] = operator;
  const git = async (folder: string, ...argv: string[]) =>
    (await execa("git", argv, { cwd: folder, env: committer })).stdout;
  const write = async (folder: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  const inputs = (more: Partial<RunAppArgs> = {}) =>
    runAppInputs.parse({
      recipe: "web",
      domain: "web-0a1b2c.ci.test",
      stateDir: state,
      run: "web-0a1b2c",
      version: "1.9.0+1.0",
      ...more,
    });
  const fixture: Fixture = {
    root,
    upstream,
    operator,
    state,
    git,
    write,
    async release(version, files = {}, annotated = true) {
      await write(upstream, files);
      await git(upstream, "add", "--all");
      await git(upstream, "commit", "--quiet", "--allow-empty", "-m", version);
      await git(upstream, "tag", ...(annotated ? ["--annotate", "-m", version] : []), version);
    },
    inputs,
    app: more => ({ ...inputs(more), condition: "healthy", swarm: "here" }),
    async cleanUp() {
      if (before === undefined) delete process.env["ABRA_DIR"];
      else process.env["ABRA_DIR"] = before;
      await rm(root, { recursive: true });
    },
  };
  await mkdir(upstream);
  await git(upstream, "init", "--quiet", "--initial-branch=main");
  await fixture.release("1.9.0+1.0", {
    "compose.yml": compose("1.0"),
    ".env.sample": sample,
    ".gitignore": "ignored\n",
  });
  await write(operator, {
    "catalogue/recipes.json": JSON.stringify({ web: { repository: pathToFileURL(upstream).href } }),
  });
  return fixture;
}
