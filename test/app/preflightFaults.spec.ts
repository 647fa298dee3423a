import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import type { AppContext } from "../../providers/app/context.ts";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { preflight } from "../../providers/app/preflight.ts";
import { closeConnections } from "../../providers/lib/docker/api.ts";
import { appFolder } from "../../providers/lib/state/index.ts";
import { committer } from "../lib/git/committer.ts";

const VERSION = "1.1.0+2.0";

/** A docker whose answers are scripts in `root`; without one a call succeeds. Its API lists nothing, on node `n1`. */
const docker = (root: string) => `#!/bin/sh
if [ "$1 $2" = "system dial-stdio" ]; then
  while read -r line; do
    case $line in
      GET\\ */info*) body='{"Swarm":{"NodeID":"n1"}}' ;;
      GET*) body='[]' ;;
    esac
    [ "\${#line}" -gt 1 ] || printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "\${#body}" "$body"
  done
  exit
fi
echo "$*" >> ${root}/calls
[ ! -x "${root}/$1-$2" ] || exec "${root}/$1-$2" "$@"
`;

describe("preflight of a release", function () {
  this.timeout(15_000);
  const path = process.env["PATH"];
  const abraDir = process.env["ABRA_DIR"];
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-faults-"));
    await mkdir(join(root, "bin"));
    await writeFile(join(root, "bin", "docker"), docker(root), { mode: 0o755 });
    process.env["PATH"] = `${join(root, "bin")}${delimiter}${path}`;
    process.env["ABRA_DIR"] = join(root, "abra");
  });
  afterEach(async () => {
    closeConnections();
    process.env["PATH"] = path;
    if (abraDir === undefined) delete process.env["ABRA_DIR"];
    else process.env["ABRA_DIR"] = abraDir;
    await rm(root, { recursive: true });
  });

  const answer = async (call: string, script: string) => {
    await writeFile(join(root, call), `#!/bin/sh\n${script}\n`);
    await chmod(join(root, call), 0o755);
  };
  const calls = async () => (await readFile(join(root, "calls"), "utf8").catch(() => "")).split("\n").filter(Boolean);

  async function check(compose: string, env: Record<string, string> = {}, volumes?: string[]): Promise<void> {
    const web = join(root, "web");
    const git = (...argv: string[]) => execa("git", ["-C", web, ...argv], { env: committer });
    await mkdir(web);
    await git("init", "--quiet");
    await writeFile(join(web, "compose.yml"), compose);
    await git("add", "--all");
    await git("commit", "--quiet", "-m", VERSION);
    await git("tag", "--annotate", "-m", VERSION, VERSION);
    await execa("git", ["clone", "--quiet", "--mirror", web, join(root, "web.git")]);
    const app = warmAppInputs.parse({ recipe: "web", domain: "a.test", stateDir: join(root, "state"), env });
    const folder = appFolder(app.stateDir, app.domain);
    const context = { app, stack: "a_test", folder, mirror: join(root, "web.git"), log: () => undefined, lock: 0 };
    const before = (await readdir(tmpdir())).filter(name => name.startsWith("hearth-compose-")).length;
    try {
      await preflight(context as unknown as AppContext, { from: "1.0.0+1.0", to: VERSION }, volumes);
    } finally {
      const after = (await readdir(tmpdir())).filter(name => name.startsWith("hearth-compose-")).length;
      assert.ok(after <= before, "a copy of the compose files is left");
    }
  }
  const compose = 'version: "3.8"\nservices: { app: { image: "web:2" } }\n';

  it("passes what docker loads and has", async () => {
    await check(compose);
    const called = await calls();
    assert.ok(called.includes("stack config -c compose.yml"));
    assert.ok(!called.some(line => line.startsWith("pull")));
  });

  it("F8: proves a fault of the release by hearth's own loader, before docker's", async () => {
    await check("services: { app: { image: 1 } }").then(
      () => assert.fail("it loads"),
      (error: Error) => {
        assert.equal(error.name, "ReleaseFault");
        const message = `${VERSION}: its compose files don't load (R009): compose.yml: services.app.image: expected a string`;
        assert.equal(error.message, message);
      },
    );
    assert.deepEqual(await calls(), []);
  });

  it("F8: proves a fault of the release by a file that it doesn't have", async () => {
    await assert.rejects(check(compose, { COMPOSE_FILE: "compose.yml:compose.db.yml" }), {
      name: "ReleaseFault",
      message: `version ${VERSION}: compose.db.yml not found: COMPOSE_FILE lists it`,
    });
  });

  it("F8: proves a fault of the release by docker's loader, and quotes its first line", async () => {
    await answer("stack-config", "echo 'services.app.deploy must be a mapping' >&2; echo more >&2; exit 1");
    await assert.rejects(check(compose), {
      name: "ReleaseFault",
      message: `${VERSION}: its compose files don't load (R009): services.app.deploy must be a mapping`,
    });
  });

  for (const words of [
    "unknown command: docker stack config",
    "unknown shorthand flag: 'c' in -c",
    "unknown flag: --compose-file",
    "docker: 'config' is not a docker command.",
    "Usage:  docker stack [OPTIONS]",
  ])
    it(`does without docker's loader where docker has none: ${words}`, async () => {
      await answer("stack-config", `echo "${words}" >&2; exit 1`);
      await check(compose);
    });

  for (const [what, script] of [
    ["says nothing", "exit 1"],
    ["is killed", "kill -9 $$"],
  ] as const)
    it(`F12: blames the host, not the release, if docker's loader ${what}`, async () => {
      await answer("stack-config", script);
      await assert.rejects(check(compose), { name: "PreflightError" });
    });

  it("F12: blames the host for an image that can't be pulled, in the registry's words", async () => {
    await answer("image-inspect", "echo 'Error: No such image: web:2' >&2; exit 1");
    await answer("pull---quiet", "echo 'toomanyrequests: rate limit' >&2; exit 1");
    await assert.rejects(check(compose), {
      name: "PreflightError",
      message: /^image web:2 not found on this host, and the pull failed: toomanyrequests: rate limit/,
    });
  });

  it("F37: blames the host for a volume on NFS, and names the way out", async () => {
    const volume = '{"Name":"a_test_data","Mountpoint":"/x","Driver":"local","Options":{"type":"nfs","device":":/x"}}';
    await answer("volume-inspect", `echo '[${volume}]'`);
    await assert.rejects(check(compose, {}, ["data"]), {
      name: "PreflightError",
      message:
        /^volume a_test_data is nfs of :\/x: .*; to upgrade without snapshots, set hearth:apps\.web\.stateful: false$/,
    });
  });
});
