import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitUntilRemoved } from "../../providers/lib/docker/waitUntilRemoved.ts";
import { at } from "../lab/paths.ts";
import { release } from "../lab/upstream.ts";
import {
  containers,
  hearth,
  keycloak,
  listing,
  must,
  previewWarm,
  pulumi,
  realmStatus,
  traefik,
  upWarm,
  warmConfig,
  wipe,
} from "./host.ts";

describe("the warm stack on a real host", function () {
  this.timeout(240_000);
  before(async () => {
    await wipe();
    await must("pulumi", "stack", "init", "warm", "--no-select");
  });

  it("comes up from nothing: network, Traefik with TLS, Keycloak with its database", async () => {
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak not deployed · next 10\.7\.1\+26\.4\.0 will be applied/);
    assert.match(done.all, /keycloak: healthy at 10\.7\.1\+26\.4\.0 after \d+\.\d s/);
    assert.equal(await realmStatus("master"), 200);
  });

  it("F26: sets its variables on their own lines though .env.sample ends without a newline", async () => {
    const env = await readFile(join(at.abra, "servers", "default", `${keycloak.domain}.env`), "utf8");
    assert.match(env, /^#COMPOSE_FILE=$/m);
    assert.match(env, new RegExp(`^DOMAIN=${keycloak.domain}$`, "m"));
    assert.match(env, /^LETS_ENCRYPT_ENV=$/m, "recipes ship production");
    assert.match(env, /^KC_CACHE=local$/m);
    assert.match(env, /^TYPE=keycloak:10\.7\.1\+26\.4\.0$/m);
  });

  it("is unchanged by a second up: no container restarts", async () => {
    const before = await listing();
    const done = await upWarm("--expect-no-changes");
    assert.equal(done.exitCode, 0, done.all);
    assert.deepEqual(await listing(), before);
  });

  it("previews no change, with a line per app", async () => {
    const done = await previewWarm("--expect-no-changes");
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak 10\.7\.1\+26\.4\.0 healthy$/m);
  });

  it("P12: has no secret in its state", async () => {
    const state = await must("pulumi", "stack", "export", "-s", "warm", "--show-secrets");
    const container = (
      await must("docker", "ps", "-q", "--filter", `label=com.docker.swarm.service.name=${keycloak.stack}_app`)
    ).split("\n")[0]!;
    const password = await must("docker", "exec", container, "cat", "/run/secrets/admin_password");
    assert.ok(password.length >= 32);
    assert.ok(!state.includes(password));
    assert.ok(!state.includes("PRIVATE KEY"));
  });

  it("shows a safe release in a preview, which changes nothing on the host", async () => {
    const before = await listing();
    await release("keycloak", { version: "10.7.9+26.4.0" });
    await release("keycloak", { version: "11.0.0+26.5.0" });
    const done = await previewWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(
      done.all,
      new RegExp(
        String.raw`keycloak 10\.7\.1\+26\.4\.0 healthy · next 10\.7\.9\+26\.4\.0 will be applied · ` +
          String.raw`held 11\.0\.0\+26\.5\.0: major of the recipe`,
      ),
    );
    assert.match(done.all, /App keycloak update .*version/);
    assert.notEqual((await previewWarm("--expect-no-changes")).exitCode, 0);
    assert.deepEqual(await listing(), before);
  });

  it("applies the safe release and holds the other", async () => {
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak: 10\.7\.1\+26\.4\.0 → 10\.7\.9\+26\.4\.0/);
    const again = await previewWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
    assert.match(again.all, /held 11\.0\.0\+26\.5\.0/);
  });

  it("repairs an app that is down, even after a refresh recorded it as down", async () => {
    await must("docker", "service", "rm", `${keycloak.stack}_app`);
    const preview = await previewWarm();
    assert.match(preview.all, /keycloak .*down: |keycloak not deployed/);
    assert.match(preview.all, /App keycloak update/);
    assert.equal((await pulumi(["refresh", "-s", "warm", "--yes", "--suppress-progress"])).exitCode, 0);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.equal(await realmStatus("master"), 200);
    const again = await upWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
    assert.match(
      again.all,
      /keycloak 10\.7\.9\+26\.4\.0 healthy · held 11\.0\.0/,
      "repaired at its version, not at a held one",
    );
  });

  it("P13: adopts the running apps if the state is lost, and restarts nothing", async () => {
    const before = await containers();
    await must("pulumi", "stack", "rm", "-s", "warm", "--yes", "--force", "--remove-backups", "--preserve-config");
    await must("pulumi", "stack", "init", "warm", "--no-select");
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak: already runs at 10\.7\.9\+26\.4\.0; adopted unchanged/);
    assert.deepEqual(await containers(), before);
    const again = await upWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
    assert.deepEqual(await containers(), before);
  });

  it("F38: ignores a lightweight tag with a message, and can still repair", async () => {
    await release("keycloak", { version: "10.7.10+26.4.0", lightweight: true });
    const before = await containers();
    const done = await upWarm("--expect-no-changes");
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /ignored, not an annotated tag: 10\.7\.10\+26\.4\.0/);
    await must("docker", "service", "rm", `${keycloak.stack}_app`);
    const repaired = await upWarm();
    assert.equal(repaired.exitCode, 0, repaired.all);
    assert.notDeepEqual(await containers(), before);
  });

  const itLong = process.argv.includes("--long") ? it : () => undefined;

  itLong("makes the network proxy anew that was removed by hand, by a plain up, and the apps after it", async () => {
    const subnet = async () => must("docker", "network", "inspect", "--format", "{{json .IPAM.Config}}", "proxy");
    await must("docker", "stack", "rm", keycloak.stack, traefik.stack);
    for (const { stack } of [keycloak, traefik]) await waitUntilRemoved(stack);
    await must("docker", "network", "rm", "proxy");
    const preview = await previewWarm();
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /docker:index:Network proxy replace/);
    assert.notEqual((await previewWarm("--expect-no-changes")).exitCode, 0);
    const done = await upWarm();
    assert.equal(done.exitCode, 0, done.all);
    assert.match(await subnet(), /\/16"/);
    assert.equal(await realmStatus("master"), 200);
    const again = await upWarm("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
  });

  it("leaves adopted apps deployed on destroy", async () => {
    const before = await containers();
    const done = await pulumi(["destroy", "-s", "warm", "--yes", "--skip-preview", "--suppress-progress"]);
    assert.equal(done.exitCode, 0, done.all);
    assert.match(done.all, /keycloak: stays deployed, hearth only adopted it/);
    assert.deepEqual(await containers(), before);
    assert.equal((await upWarm()).exitCode, 0);
  });

  describe("refuses with one sentence and changes nothing, given", () => {
    let text: string;
    let before: Awaited<ReturnType<typeof listing>>;
    beforeEach(async () => {
      text = await readFile(warmConfig, "utf8");
      before = await listing();
    });
    afterEach(async () => {
      await writeFile(warmConfig, text);
      assert.deepEqual(await listing(), before);
    });

    const refusal = async (config: (text: string) => string, settings?: Parameters<typeof pulumi>[1]) => {
      await writeFile(warmConfig, config(text));
      const done = await pulumi(["up", "-s", "warm", "--yes", "--skip-preview", "--suppress-progress"], settings);
      assert.notEqual(done.exitCode, 0, done.all);
      return done.all;
    };

    it("no base domain", async () => {
      assert.match(
        await refusal(all => all.replace(/^.*hearth:baseDomain.*\n/m, "")),
        /hearth:baseDomain is missing: .*such as ci\.example\.org/,
      );
    });

    it("an unknown setting", async () => {
      assert.match(
        await refusal(all => all.replace("    keycloak:\n", "    keycloak:\n      verison: latest\n")),
        /hearth:apps\.keycloak\.verison: no such setting of hearth/,
      );
    });

    it("a domain too long for Swarm's names", async () => {
      const domain = `${"keycloak-with-a-very-long-name".repeat(2)}.hearth.test`;
      const message = await refusal(all => all.replace("    keycloak:\n", `    keycloak:\n      domain: ${domain}\n`));
      assert.match(message, /is too long: secret \S+ has \d+ characters; Swarm allows 64/);
    });

    it("a setting that makes a secret's name too long", async () => {
      const version = "v".repeat(60);
      const message = await refusal(all =>
        all.replace(/^( +)KC_CACHE: .*$/m, `$&\n$1SECRET_DB_PASSWORD_VERSION: ${version}`),
      );
      assert.match(message, /is too long: secret \S+_v+ has \d+ characters; Swarm allows 64/);
    });

    it("a version that doesn't exist", async () => {
      const message = await refusal(all =>
        all.replace("    keycloak:\n", "    keycloak:\n      version: 9.9.9+1.0.0\n"),
      );
      assert.match(
        message,
        /version 9\.9\.9\+1\.0\.0 of recipe keycloak not found; newest versions: .*10\.7\.9\+26\.4\.0/,
      );
    });

    it("an unknown recipe", async () => {
      const catalogue = join(at.abra, "catalogue", "recipes.json");
      const all = await readFile(catalogue, "utf8");
      await writeFile(catalogue, JSON.stringify({ ...JSON.parse(all), traefik: undefined }));
      try {
        assert.match(await refusal(same => same), /recipe "traefik" not found in .* or .*recipes\.json/);
      } finally {
        await writeFile(catalogue, all);
      }
    });

    it("P12: a secret value, which neither Pulumi nor hearth prints", async () => {
      const key = "hearth:apps.keycloak.env.SMTP_PASSWORD";
      await must("pulumi", "config", "set", "-s", "warm", "--secret", "--path", key, "sentinel-4411");
      const up = await upWarm();
      assert.notEqual(up.exitCode, 0, up.all);
      assert.match(
        up.all,
        /hearth:apps: expected no secret value, .*write a variable that is secret into the app's \.env/,
      );
      const pending = await hearth(["pending"]);
      assert.equal(pending.exitCode, 1, pending.all);
      assert.match(pending.stderr, /hearth:apps\.keycloak\.env\.SMTP_PASSWORD: expected no secret value/);
      assert.ok(!`${up.all}${pending.all}`.includes("sentinel-4411"));
    });

    it("a wrong passphrase", async () => {
      assert.match(
        await refusal(all => all, {
          env: { PULUMI_CONFIG_PASSPHRASE_FILE: undefined, PULUMI_CONFIG_PASSPHRASE: "wrong" },
        }),
        /incorrect passphrase/,
      );
    });

    it("F40: an unreachable Docker engine", async () => {
      assert.match(
        await refusal(all => all, { env: { DOCKER_HOST: "unix:///nonexistent.sock" } }),
        /Cannot connect to the Docker daemon/,
      );
    });

    it("no abra on PATH, or an old one", async () => {
      // Another value in the .env: applying it needs abra.
      const change = (all: string) => all.replace("KC_CACHE: local", "KC_CACHE: ispn");
      const path = (process.env["PATH"] ?? "").split(":").filter(folder => folder !== at.bin);
      const without = await fakeBin({});
      assert.match(await refusal(change, { env: { PATH: [without, ...path].join(":") } }), /abra not found on PATH/);
      const old = await fakeBin({ abra: "#!/bin/sh\necho abra version 0.9.0-beta-1234567\n" });
      assert.match(
        await refusal(change, { env: { PATH: [old, ...path].join(":") } }),
        /abra 0\.9\.0 is too old: install abra 0\.13 or newer/,
      );
    });
  });
});

/** Creates a folder with the lab's pulumi and these scripts. */
async function fakeBin(scripts: Record<string, string>): Promise<string> {
  const folder = (await must("mktemp", "-d")).trim();
  await must("ln", "-s", join(at.bin, "pulumi"), join(folder, "pulumi"));
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text, { mode: 0o755 });
  return folder;
}
