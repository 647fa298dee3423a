import assert from "node:assert/strict";
import { appendFile, chmod, chown, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { appFolder } from "../../providers/lib/state/appFolder.ts";
import { recordRepair } from "../../providers/lib/state/repairs.ts";
import { readLastGood } from "../../providers/lib/state/versions.ts";
import { lastGoodImage } from "../../providers/lib/docker/images.ts";
import { imageName } from "../lab/images.ts";
import { startRegistry, stopRegistry } from "../lab/registry.ts";
import { at, stateDir } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import { logIn, makeRealm } from "../lab/markerRealm.ts";
import {
  call,
  containers,
  hearth,
  keycloak,
  must,
  previewWarm,
  pulumi,
  traefik,
  upWarm,
  waitUntilStopped,
  wipe,
} from "./host.ts";

const long = process.argv.includes("--long");
const folder = appFolder(stateDir, keycloak.domain);
const envFile = (domain: string) => join(at.abra, "servers", "default", `${domain}.env`);
/** The .env of Keycloak, which its path below abra's folder links to. */
const kept = () => join(at.abra, "keycloak-of-the-operator.env");
/** Owner, mode and link are as the operator made them. */
async function assertOperatorsFile(): Promise<void> {
  assert.equal(await readlink(envFile(keycloak.domain)), kept());
  const { mode, uid, gid } = await stat(kept());
  assert.deepEqual([mode & 0o777, uid, gid], [0o664, 1234, 2345]);
}
const lastGood = async () => (await readLastGood(folder))?.version;

describe("an operator's manual changes on a real host", function () {
  this.timeout(300_000);

  before(async () => {
    await wipe();
    await pulumi(["stack", "init", "warm", "--no-select"]);
  });
  // Later specs find the file where abra makes it.
  after(() => rename(kept(), envFile(keycloak.domain)));

  it("P13, F34: are adopted: no container restarts, the operator's .env is unchanged", async () => {
    await must("docker", "network", "create", "--driver", "overlay", "--attachable", "proxy");
    await must("abra", "recipe", "fetch", "traefik");
    await must("abra", "recipe", "fetch", "keycloak");
    await must("abra", "app", "new", "traefik", "-n", `--domain=${traefik.domain}`, "--server=default");
    const wildcard = [
      "COMPOSE_FILE=compose.yml:compose.wildcard.yml",
      "SECRET_WILDCARD_CERT_VERSION=v1",
      "SECRET_WILDCARD_KEY_VERSION=v1",
    ];
    await appendFile(envFile(traefik.domain), `\n${wildcard.join("\n")}\n`);
    await must("abra", "app", "secret", "insert", traefik.domain, "ssl_cert", "v1", join(at.ca, "wildcard.pem"), "-f");
    await must("abra", "app", "secret", "insert", traefik.domain, "ssl_key", "v1", join(at.ca, "wildcard.key"), "-f");
    await must("abra", "app", "deploy", traefik.domain, "-n", "-o", "-c");
    await must("abra", "app", "new", "keycloak", "-n", `--domain=${keycloak.domain}`, "--server=default", "--secrets");
    await appendFile(envFile(keycloak.domain), "\n# mine\nKC_CACHE=local\nMY_OWN='as I like it' # really\n");
    // As an operator keeps it: in a repository, writable for a group.
    await rename(envFile(keycloak.domain), kept());
    await symlink(kept(), envFile(keycloak.domain));
    await chmod(kept(), 0o664);
    await chown(kept(), 1234, 2345);
    await must("abra", "app", "deploy", keycloak.domain, "-n", "-o", "-c");
    for (let i = 0; (await call("curl", ["-sf", `https://${keycloak.domain}/realms/master`])).exitCode !== 0; i++) {
      assert.ok(i < 120, "Keycloak unreachable for 120 s");
      await sleep(1_000);
    }
    const before = await containers();
    const texts = await Promise.all([keycloak, traefik].map(({ domain }) => readFile(envFile(domain), "utf8")));
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak: already runs at 10\.7\.1\+26\.4\.0; adopted unchanged/);
    assert.deepEqual(await containers(), before);
    assert.deepEqual(
      await Promise.all([keycloak, traefik].map(({ domain }) => readFile(envFile(domain), "utf8"))),
      texts,
    );
    assert.equal(await lastGood(), "10.7.1+26.4.0");
    assert.match(texts.join("\n"), /^LETS_ENCRYPT_ENV=production$/m, "an operator's file gets no default");
    const again = await upWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
    await assertOperatorsFile();
    await makeRealm("marker");
  });

  it("F34: survive an upgrade: a dirty clone is neither used nor changed, the .env keeps its other lines", async () => {
    const clone = join(at.abra, "recipes", "keycloak");
    await appendFile(join(clone, "compose.yml"), "\n# half done\n");
    const dirty = await must("git", "-C", clone, "status", "--porcelain");
    assert.notEqual(dirty, "");
    await release("keycloak", { version: "10.7.2+26.4.0" });
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await lastGood(), "10.7.2+26.4.0");
    assert.equal(await must("git", "-C", clone, "status", "--porcelain"), dirty);
    const env = await readFile(envFile(keycloak.domain), "utf8");
    assert.match(env, /^# mine\nKC_CACHE=local\nMY_OWN='as I like it' # really$/m);
    assert.match(env, /^LETS_ENCRYPT_ENV=production$/m);
    await assertOperatorsFile();
    assert.equal(await logIn("marker"), 200);
    await must("git", "-C", clone, "checkout", "--quiet", "--", ".");
  });

  it("P13, F34: aren't undone when a hold is recorded: no container restarts, the .env stays", async () => {
    await release("keycloak", { version: "11.0.0+26.5.0" });
    const [before, env] = [await containers(), await readFile(envFile(keycloak.domain), "utf8")];
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /held 11\.0\.0\+26\.5\.0: major of the recipe/);
    assert.deepEqual(await containers(), before);
    assert.equal(await readFile(envFile(keycloak.domain), "utf8"), env);
  });

  it("F34: of a key that hearth owns are announced for a healthy app, by name, and counted as pending", async () => {
    const env = await readFile(envFile(keycloak.domain), "utf8");
    await writeFile(envFile(keycloak.domain), env.replace(/^DOMAIN=.*$/m, "DOMAIN=elsewhere.test"));
    const preview = await previewWarm();
    assert.match(preview.all, /keycloak \S+ healthy · will be redeployed to set DOMAIN in its \.env/);
    assert.match(preview.all, /App keycloak update/);
    assert.ok(!preview.all.includes("elsewhere.test"));
    const pending = await hearth(["pending"]);
    assert.equal(pending.exitCode, 10, pending.all);
    await writeFile(envFile(keycloak.domain), env);
    const unchanged = await previewWarm("--expect-no-changes");
    assert.equal(unchanged.exitCode, 0, unchanged.all);
  });

  it("F33: may deploy a version, which becomes last good after a healthy window, with one message", async () => {
    await release("keycloak", { version: "10.7.3+26.4.0" });
    await must("abra", "recipe", "fetch", "keycloak");
    await must("abra", "app", "deploy", keycloak.domain, "10.7.3+26.4.0", "-n", "-o", "-f", "-c");
    for (let i = 0; !/keycloak 10\.7\.3\+26\.4\.0 healthy/.test((await previewWarm()).all); i++)
      assert.ok(i < 30, "not healthy after 30 previews");
    const before = await containers();
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /another person deployed 10\.7\.3\+26\.4\.0 over 10\.7\.2\+26\.4\.0/);
    assert.equal(await lastGood(), "10.7.3+26.4.0");
    assert.deepEqual(await containers(), before);
    const again = await upWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
    assert.ok(!again.all.includes("another person"));
  });

  it("F38: of an image tag don't change what a repair runs: the recorded image", async () => {
    const image = imageName("keycloak", "26.4.0");
    const id = await must("docker", "image", "inspect", "--format", "{{.Id}}", image);
    assert.equal(
      await must("docker", "image", "inspect", "--format", "{{.Id}}", lastGoodImage(keycloak.stack, "app")),
      id,
    );
    await must("docker", "tag", imageName("nginx", "1.22"), image);
    await must("docker", "push", "--quiet", image);
    try {
      await must("docker", "service", "rm", `${keycloak.stack}_app`);
      const done = await upWarm();
      assert.equal(done.exitCode, 0, done.all);
      assert.match(done.all, /tag \S+keycloak:26\.4\.0 moved to another image; app gets the one that it ran/);
      assert.match(done.all, /tag \S+keycloak:26\.4\.0 moved in its registry; app gets the image that it ran/);
      assert.equal(await must("docker", "image", "inspect", "--format", "{{.Id}}", image), id);
    } finally {
      await must("docker", "tag", id, image);
      await must("docker", "push", "--quiet", image);
    }
  });

  if (long)
    it("F38: of images don't stop a repair: without a registry from this node, after a prune from the registry", async () => {
      const digest = (await readLastGood(folder))?.images["app"]?.digest;
      const service = `${keycloak.stack}_app`;
      const image = ["service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", service];
      const remove = async () => {
        await must("docker", "service", "rm", service);
        await waitUntilStopped(keycloak.stack, "app");
      };
      const repaired = async () => {
        const done = await upWarm();
        assert.equal(done.exitCode, 0, done.all);
        assert.equal((await must("docker", ...image)).split("@")[1], digest);
        return done.all;
      };
      await remove();
      await stopRegistry();
      try {
        assert.doesNotMatch(await repaired(), /pulling/);
      } finally {
        await startRegistry();
      }
      await remove();
      const id = await must("docker", "image", "inspect", "--format", "{{.Id}}", imageName("keycloak", "26.4.0"));
      await must("docker", "image", "rm", "--force", id);
      assert.match(await repaired(), /image \S+keycloak:26\.4\.0 of app not found on this host; pulling \S+@sha256:/);
    });

  it("of the .env that crash the app show as down; up resets the keys that hearth owns", async () => {
    const env = await readFile(envFile(keycloak.domain), "utf8");
    await writeFile(envFile(keycloak.domain), env.replace(/^DOMAIN=.*$/m, "DOMAIN="));
    await must("abra", "app", "deploy", keycloak.domain, "-n", "-o", "-f", "-c");
    // Else Swarm rolls back to the container with the correct variables, at a moment that depends on the host's speed.
    await must("docker", "service", "update", "--detach", "--update-failure-action=pause", `${keycloak.stack}_app`);
    await sleep(15_000);
    assert.match((await previewWarm()).all, /keycloak .*down: /);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(await readFile(envFile(keycloak.domain), "utf8"), new RegExp(`^DOMAIN=${keycloak.domain}$`, "m"));
    assert.equal(await logIn("marker"), 200);
  });

  it("F36: aren't needed if a release adds a variable and a secret; a variable without a value holds it", async () => {
    await release("keycloak", { version: "10.7.4+26.4.0", kind: "wants-more" });
    assert.match((await previewWarm()).all, /next 10\.7\.4\+26\.4\.0 will be applied, adds MOTD, secret extra/);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await lastGood(), "10.7.4+26.4.0");
    const env = await readFile(envFile(keycloak.domain), "utf8");
    assert.match(env, /^MOTD='hello there' # for the page\nSECRET_EXTRA_VERSION=v1 # length=16$/m);
    assert.match(env, /^MY_OWN='as I like it' # really$/m);
    const [container = ""] = (
      await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${keycloak.stack}_app`)
    ).split("\n");
    assert.match(await must("docker", "exec", container, "cat", "/run/secrets/extra"), /^\w{16}$/);
    await release("keycloak", { version: "10.7.5+26.4.0", kind: "wants-value" });
    assert.match((await previewWarm()).all, /held 10\.7\.5\+26\.4\.0: the variable SMTP_HOST has no value/);
    const held = await upWarm();
    assert.equal(held.exitCode, 0, held.all);
    assert.equal(await lastGood(), "10.7.4+26.4.0");
  });

  it("P10: are required, with an alert, if an app is down after three repairs within an hour", async () => {
    for (let i = 0; i < 3; i++) await recordRepair(folder);
    await must("docker", "service", "scale", "--detach", `${keycloak.stack}_app=0`);
    await waitUntilStopped(keycloak.stack, "app");
    const done = await hearth(["recover"]);
    assert.equal(done.exitCode, 1, done.all);
    assert.match(done.stderr, /is down .* after 3 repairs within an hour/);
    await rm(folder.repairs);
    assert.equal((await hearth(["recover"])).exitCode, 0);
  });

  it("F40: of DOCKER_HOST are refused if they select another swarm; both swarms are named", async () => {
    const { provider } = await import("../../providers/app/provider.ts");
    const raw = { __provider: "x", recipe: "keycloak", domain: keycloak.domain, stateDir };
    const { failures } = await provider.check({ swarm: "another-swarm" }, raw);
    assert.match(
      failures[0]?.reason ?? "",
      /lives in the swarm another-swarm, but docker talks to the swarm \w{20,}: is DOCKER_HOST or a docker context set/,
    );
  });

  it("F40: of the swarm stop every command that would touch it; nothing changes", async () => {
    const good = await readFile(folder.lastGood, "utf8");
    const before = await containers();
    await writeFile(folder.lastGood, JSON.stringify({ ...JSON.parse(good), swarm: "another-swarm" }));
    try {
      const refused =
        /keycloak's last good version ran in the swarm another-swarm, but docker talks to the swarm \w{20,}/;
      const perApp = ["retry", "restore", "accept"].map(command => [command, "keycloak"]);
      for (const argv of [["recover"], ["reap"], ...perApp]) {
        const done = await hearth(argv);
        assert.deepEqual([argv, done.exitCode], [argv, 1], done.all);
        assert.match(done.stderr, refused);
      }
      const preview = await previewWarm();
      assert.notEqual(preview.exitCode, 0);
      assert.match(preview.all, refused);
      const pending = await hearth(["pending"]);
      assert.equal(pending.exitCode, 11, pending.all);
      assert.match(pending.stdout, refused);
    } finally {
      await writeFile(folder.lastGood, good);
    }
    assert.deepEqual(await containers(), before);
  });
});
