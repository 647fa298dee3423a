import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { AppContext } from "../../providers/app/context.ts";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { liveHost } from "../../providers/app/liveHost.ts";
import { closeConnections } from "../../providers/lib/docker/api.ts";
import { appFolder } from "../../providers/lib/state/index.ts";
import { committer } from "../lib/git/committer.ts";

const VERSION = "1.1.0+2.0";
const compose = 'version: "3.8"\nservices: { app: { image: "web:2", env_file: ./conf/settings.env } }\n';

/**
 * A docker whose stack has the mounts in `mounts`, and the volume pages_test_data; it records its calls. Its API has the
 * nodes n1, its own, and n2, the tasks in `tasks`, and nothing else.
 */
const docker = (root: string) => `#!/bin/sh
echo "$*" >> ${root}/calls
case "$1 $2" in
  "stack config") [ -f deploy/conf/settings.env ] || { echo "open settings.env: no such file" >&2; exit 1; } ;;
  "service ls") echo id1 ;;
  "service inspect") cat ${root}/mounts ;;
  "image inspect") echo sha256:1 ;;
  "system dial-stdio")
    while read -r line; do
      case "$line" in
        "GET /info"*) body='{"Swarm":{"NodeID":"n1"}}' ;;
        "GET /nodes"*) body='[{"ID":"n1","Spec":{}},{"ID":"n2","Spec":{}}]' ;;
        "GET /tasks"*) body=$(cat ${root}/tasks) ;;
        "GET "*) body='[]' ;;
      esac
      [ "\${#line}" -gt 1 ] || printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "\${#body}" "$body"
    done ;;
  "volume inspect")
    [ "$3" = pages_test_data ] || { echo "no such volume: $3" >&2; exit 1; }
    echo '[{"Name":"pages_test_data","Mountpoint":"${root}/data","Driver":"local","Options":null}]' ;;
esac
`;

describe("preflight of a warm app", function () {
  this.timeout(30_000);
  const path = process.env["PATH"];
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "hearth-preflight-"));
    await mkdir(join(root, "bin"));
    await mkdir(join(root, "data"));
    await writeFile(join(root, "bin", "docker"), docker(root), { mode: 0o755 });
    await writeFile(join(root, "tasks"), "[]");
    const git = (...argv: string[]) => execa("git", argv, { cwd: root, env: committer });
    await git("init", "--quiet", "web");
    await mkdir(join(root, "web", "deploy", "conf"), { recursive: true });
    await writeFile(join(root, "web", "deploy", "compose.yml"), compose);
    await writeFile(join(root, "web", "deploy", "conf", "settings.env"), "A=1\n");
    await git("-C", "web", "add", "--all");
    await git("-C", "web", "commit", "--quiet", "-m", VERSION);
    await git("-C", "web", "tag", "--annotate", "-m", VERSION, VERSION);
    await git("clone", "--quiet", "--mirror", "web", "web.git");
    process.env["PATH"] = `${join(root, "bin")}:${path}`;
  });
  after(async () => {
    closeConnections();
    process.env["PATH"] = path;
    await rm(root, { recursive: true });
  });

  /** Preflight of an app whose running version has the `volumes` and whose services have the `mounts`. */
  async function preflight(mounts: object[], volumes: string[] = [], stateful = true): Promise<void> {
    await writeFile(join(root, "mounts"), `null\n${JSON.stringify(mounts)}\n`);
    await writeFile(join(root, "calls"), "");
    const app = warmAppInputs.parse({
      recipe: "web",
      domain: "pages.test",
      server: "default",
      stateDir: join(root, "state"),
      env: { COMPOSE_FILE: "deploy/compose.yml" },
      stateful,
    });
    const context: Omit<AppContext, "abra" | "recipeAt"> = {
      app,
      stack: "pages_test",
      swarm: "here",
      folder: appFolder(app.stateDir, app.domain),
      mirror: join(root, "web.git"),
      log: () => {},
      lock: 0,
      env: async () => ({}),
    };
    const operation = { id: "1", kind: "upgrade", from: "1.0.0+1.0", to: VERSION };
    await liveHost(context as AppContext, volumes).preflight(operation as never);
  }
  const calls = async () => (await readFile(join(root, "calls"), "utf8")).split("\n");

  const data = { Type: "volume", Source: "pages_test_data", Target: "/data" };
  const exit = "to upgrade without snapshots, set hearth:apps.web.stateful: false";

  it("gives docker's loader the env_file of a release, relative to the first compose file's folder", async () => {
    await preflight([], []);
    assert.ok((await calls()).includes("stack config -c deploy/compose.yml"));
  });

  it("P2: refuses a writable mount without a volume before anything is stopped, and names the way out", async () => {
    await assert.rejects(preflight([{ Type: "volume", Source: "pages_test_other", Target: "/data" }], ["data"]), {
      name: "PreflightError",
      message: `volume pages_test_other not found on this node or in this stack: hearth can't snapshot it; ${exit}`,
    });
    const changes = (await calls()).filter(line =>
      /^(stack|service|container|volume) (rm|scale|update|create)/.test(line),
    );
    assert.deepEqual(changes, []);
  });

  it("P2: refuses a mounted volume that no compose file declares: no volume isn't stateless", async () => {
    await assert.rejects(preflight([data], []), {
      name: "PreflightError",
      message: /^volume pages_test_data not found/,
    });
  });

  it("F37: refuses a volume that a task on another node writes to, though this node has one of its name", async () => {
    const tasks = (NodeID: string) =>
      JSON.stringify([{ NodeID, Status: { State: "running" }, Spec: { ContainerSpec: { Mounts: [data] } } }]);
    try {
      await writeFile(join(root, "tasks"), tasks("n2"));
      await assert.rejects(preflight([data], ["data"]), {
        name: "PreflightError",
        message: `its volumes are in use on n2: hearth snapshots this node's only; ${exit}`,
      });
      await writeFile(join(root, "tasks"), tasks("n1"));
      await preflight([data], ["data"]);
    } finally {
      await writeFile(join(root, "tasks"), "[]");
    }
  });

  it("P2: refuses a writable bind mount, and names the way out", async () => {
    await assert.rejects(preflight([{ Type: "bind", Source: "/srv/pages", Target: "/data" }]), {
      name: "PreflightError",
      message: `/srv/pages is a bind mount: hearth snapshots volumes only; ${exit}`,
    });
  });

  it("allows any mount of an app that is configured stateful: false, and looks at none", async () => {
    await preflight([{ Type: "bind", Source: "/srv/pages", Target: "/data" }], [], false);
    await preflight([{ Type: "volume", Source: "gone", Target: "/data" }], ["data"], false);
    assert.deepEqual(
      (await calls()).filter(line => /^(service|volume)/.test(line)),
      [],
    );
  });

  it("allows a mounted volume that a snapshot covers, read-only mounts and sockets", async () => {
    await preflight(
      [
        data,
        { Type: "bind", Source: "/var/run/docker.sock", Target: "/var/run/docker.sock", ReadOnly: true },
        { Type: "bind", Source: "/run/docker.sock", Target: "/run/docker.sock" },
        { Type: "bind", Source: "/etc/localtime", Target: "/etc/localtime", ReadOnly: true },
        { Type: "volume", Source: "shared", Target: "/shared", ReadOnly: true },
        { Type: "tmpfs", Target: "/tmp" },
      ],
      ["data"],
    );
  });
});
