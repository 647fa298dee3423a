import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { CheckedRunApp } from "../../providers/runApp/inputs.ts";
import { pathsOf } from "../../providers/runApp/paths.ts";
import { removeApp } from "../../providers/runApp/remove.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { createFixture, type Fixture } from "./fixture.ts";

const stack = "web-0a1b2c_ci_test";
const own = (...names: string[]) => names.map(name => ({ name: `${stack}_${name}`, stack }));
const whole = {
  service: own("app"),
  container: own("app.1"),
  network: own("internal"),
  volume: own("data"),
  secret: [{ name: `${stack}_pass_v1` }],
};

describe("removing a run's app", function () {
  this.timeout(30_000);
  let fixture: Fixture;
  let swarm: FakeSwarm;
  let lines: string[];
  const path = process.env["PATH"];

  beforeEach(async () => {
    [fixture, swarm, lines] = [await createFixture(), await fakeSwarm(), []];
    await swarm.set(whole);
    const bin = join(fixture.root, "bin");
    await mkdir(bin);
    // Records its arguments, and runs the file `abra` if it exists.
    await writeFile(
      join(bin, "abra"),
      `#!/bin/sh\nprintf '%s\\n' "abra $*" >> "$FAKE_DOCKER/calls"\n[ -f "${fixture.root}/abra" ] && . "${fixture.root}/abra"\nexit 0\n`,
      { mode: 0o755 },
    );
    process.env["PATH"] = `${bin}${delimiter}${process.env["PATH"]}`;
  });
  afterEach(async () => {
    await swarm.end();
    process.env["PATH"] = path;
    await fixture.cleanUp();
  });

  const log = (line: string) => void lines.push(line);
  const calls = async () => (await swarm.calls()).filter(call => /^abra|^stack rm| rm /.test(call));
  const createFiles = async (app: CheckedRunApp) => {
    const { env, clone } = pathsOf(app);
    for (const folder of [dirname(env), clone]) await mkdir(folder, { recursive: true });
    await writeFile(env, `TYPE=${app.recipe}:1.9.0+1.0\n`);
  };
  const remaining = (app: CheckedRunApp) =>
    readdir(pathsOf(app).abraDir, { recursive: true }).then(
      names => names.toSorted(),
      () => [],
    );

  it("P8: uses abra, removes the rest through docker, and removes the run's abra folder", async () => {
    const app = fixture.app();
    await createFiles(app);
    await writeFile(join(fixture.root, "abra"), `[ "$2" = undeploy ] && docker stack rm ${stack}`);
    await removeApp(app, log);
    assert.deepEqual(await calls(), [
      "abra app undeploy web-0a1b2c.ci.test -n",
      `stack rm ${stack}`,
      "abra app remove web-0a1b2c.ci.test -n",
      `secret rm ${stack}_pass_v1`,
      `volume rm ${stack}_data`,
    ]);
    assert.deepEqual(await swarm.names(), {});
    assert.deepEqual(await remaining(app), []);
    assert.match(lines.at(-1)!, /^web: removed web-0a1b2c\.ci\.test in \d+\.\d s$/);
  });

  it("F22: uses docker alone if the run's abra folder is lost, and succeeds if the app is absent", async () => {
    const app = fixture.app();
    await removeApp(app, log);
    assert.deepEqual(await swarm.names(), {});
    assert.ok(!(await calls()).some(call => call.startsWith("abra")));
    await removeApp(app, log);
  });

  it("F14: waits for a volume in use after abra gave up on it", async () => {
    const app = fixture.app();
    await createFiles(app);
    await swarm.set({ ...whole, linger: 2, volume: [{ name: `${stack}_data`, stack, busy: 2 }] });
    await writeFile(
      join(fixture.root, "abra"),
      `[ "$2" = undeploy ] && docker stack rm ${stack}\n[ "$2" = remove ] && { echo "FATA volume is in use"; exit 1; }`,
    );
    await removeApp(app, log);
    assert.deepEqual(await swarm.names(), {});
    assert.match(lines.join("\n"), /^web: abra: remove web-0a1b2c\.ci\.test: volume is in use; using docker instead$/m);
  });

  it("undeploys through docker if abra can't", async () => {
    const app = fixture.app();
    await createFiles(app);
    await writeFile(
      join(fixture.root, "abra"),
      `[ "$2" = undeploy ] && { echo "FATA no recipe 'web' exists locally"; exit 1; }`,
    );
    await removeApp(app, log);
    assert.deepEqual(await swarm.names(), {});
    assert.match(lines[0]!, /no recipe 'web' exists locally; using docker instead/);
  });

  it("keeps the files of the run's other apps", async () => {
    const [app, same, other] = [
      fixture.app(),
      fixture.app({ domain: "sso-0a1b2c.ci.test" }),
      fixture.app({ recipe: "keycloak", domain: "k-0a1b2c.ci.test" }),
    ];
    for (const each of [app, same, other]) await createFiles(each);
    await swarm.set({});
    await removeApp(app, log);
    const rest = ["recipes", "recipes/keycloak", "servers", "servers/default", "servers/default/k-0a1b2c.ci.test.env"];
    assert.deepEqual(
      await remaining(app),
      [...rest, "recipes/web", "servers/default/sso-0a1b2c.ci.test.env"].toSorted(),
    );
    assert.equal(await readFile(pathsOf(same).env, "utf8"), "TYPE=web:1.9.0+1.0\n");
    await removeApp(same, log);
    assert.deepEqual(await remaining(app), rest);
    await removeApp(other, log);
    assert.deepEqual(await remaining(app), []);
  });
});
