import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { openOutputChannel } from "../../commands/run/outputChannel.ts";
import { OUTPUT_CHANNEL } from "../../providers/lib/run/outputChannel.ts";
import { readConfig } from "../../stacks/config.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

describe("the stacks' programs", function () {
  this.timeout(20_000);
  const made: Made[] = [];
  /** The lease's mocked outcome. */
  let kind = "warm";
  let swarm: FakeSwarm;

  before(async () => {
    // Docker is only queried for a network and for running services; it has none.
    swarm = await fakeSwarm();
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        made.push({ type, name, inputs });
        return {
          id: `${name}-id`,
          state: {
            ...inputs,
            version: "1.0.0+1",
            url: "https://x",
            held: [],
            issuer: "https://x/realms/y",
            keycloakKind: kind,
            keycloakVersion: "10.7.1+26.4.0",
            keycloakSince: "",
          },
        };
      },
      call: () => ({}),
    });
  });
  after(async () => {
    await swarm.end();
  });
  beforeEach(() => void made.splice(0));

  const config = readConfig({ "hearth:baseDomain": "ci.example.org", "hearth:stateDir": "/srv/hearth" });
  const settled = async <T>(output: pulumi.Output<T>) =>
    new Promise<T>(resolve => output.apply(value => (resolve(value), value)));

  it("declare the network proxy, Traefik and Keycloak for the warm stack", async () => {
    const { warmStack } = await import("../../stacks/warm.ts");
    const outputs = (await warmStack(config)) as { keycloak: { version: pulumi.Output<string> } };
    assert.equal(await settled(outputs.keycloak.version), "1.0.0+1");
    const network = made.find(each => each.type === "docker:index/network:Network");
    assert.deepEqual(
      [network?.name, network?.inputs["driver"], network?.inputs["attachable"]],
      ["proxy", "overlay", true],
    );
    const apps = made.filter(each => each.type === "pulumi-nodejs:dynamic/app:WarmApp");
    assert.deepEqual(
      apps.map(({ name, inputs }) => [name, inputs["domain"], inputs["stateful"], inputs["stateDir"]]),
      [
        ["traefik", "warm-traefik.ci.example.org", false, "/srv/hearth"],
        ["keycloak", "warm-keycloak.ci.example.org", true, "/srv/hearth"],
      ],
    );
    assert.equal(
      apps[0]!.inputs["__provider"],
      "exports.handler = () => require('./providers/app/provider.ts').provider;",
    );
  });

  it("give the network a /16 that no other network has, and leave an existing one as it is", async () => {
    const { warmStack } = await import("../../stacks/warm.ts");
    const declared = async (...network: { name: string; subnet: string }[]) => {
      made.splice(0);
      await swarm.set({ network });
      const outputs = (await warmStack(config)) as { keycloak: { version: pulumi.Output<string> } };
      await settled(outputs.keycloak.version);
      return made.find(each => each.type === "docker:index/network:Network")?.inputs["ipamConfigs"] as
        { subnet: string }[] | undefined;
    };
    const [{ subnet } = { subnet: "" }] = (await declared({ name: "ingress", subnet: "10.0.0.0/24" })) ?? [];
    assert.match(subnet, /^(10|172|192)\.\d+\.0\.0\/16$/);
    const [other] = (await declared({ name: "vpn", subnet })) ?? [];
    assert.match(other!.subnet, /\/16$/);
    assert.notEqual(other!.subnet, subnet);
    assert.equal(await declared({ name: "proxy", subnet: "10.0.1.0/24" }), undefined);
    await swarm.set({});
  });

  it("declare a third warm app after the ingress", async () => {
    const { warmStack } = await import("../../stacks/warm.ts");
    const apps = { "custom-html": { domain: "pages.ci.example.org" } };
    const outputs = (await warmStack({ ...config, apps })) as { "custom-html": { url: pulumi.Output<string> } };
    await settled(outputs["custom-html"].url);
    assert.deepEqual(Object.keys(outputs), ["traefik", "keycloak", "custom-html"]);
    const pages = made.find(({ name }) => name === "custom-html");
    assert.deepEqual(
      [pages?.inputs["recipe"], pages?.inputs["domain"], pages?.inputs["stateful"]],
      ["custom-html", "pages.ci.example.org", true],
    );
  });

  it("send a run's outputs only to the hearth process that started it", async () => {
    const { runStack } = await import("../../stacks/ci.ts");
    const mailbox = await openOutputChannel();
    try {
      assert.equal((await stat(dirname(mailbox.path))).mode & 0o777, 0o700);
      process.env[OUTPUT_CHANNEL] = mailbox.path;
      runStack({ recipe: "docs", hex: "0a1b2c" }, config);
      for (let i = 0; mailbox.read() === undefined && i < 100; i++) await sleep(20);
      const sent = mailbox.read() ?? ({} as Record<string, string>);
      assert.deepEqual(
        [sent["realm"], sent["issuer"], sent["keycloak"]],
        ["docs-0a1b2c", "https://x/realms/y", "warm"],
      );
      process.env[OUTPUT_CHANNEL] = join(swarm.folder, "no-listener");
      runStack({ recipe: "docs", hex: "0a1b2c" }, config); // must not fail: hearth then asks Pulumi
    } finally {
      delete process.env[OUTPUT_CHANNEL];
      await mailbox.close();
    }
    await assert.rejects(stat(mailbox.path), { code: "ENOENT" });
  });

  it("declare one realm for a run, named like the run, and mark its secrets", async () => {
    const { runStack } = await import("../../stacks/ci.ts");
    const outputs = runStack({ recipe: "docs", hex: "0a1b2c" }, config) as {
      password: pulumi.Output<string>;
      issuer: pulumi.Output<string>;
    };
    assert.equal(await settled(outputs.issuer), "https://x/realms/y");
    assert.equal(await pulumi.isSecret(outputs.password), true);
    const [realm] = made.filter(each => each.type === "pulumi-nodejs:dynamic/realm:Realm");
    assert.deepEqual(
      [realm?.name, realm?.inputs["name"], realm?.inputs["run"]],
      ["docs-0a1b2c", "docs-0a1b2c", "docs-0a1b2c"],
    );
    const client = realm?.inputs["client"] as { webOrigins: string[] } | undefined;
    assert.deepEqual(client?.webOrigins, ["https://docs-0a1b2c.ci.example.org"]);
  });

  describe("for a run that deploys its app", () => {
    const recipes = {
      docs: {
        env: { ISSUER: "{issuer}", PLAIN: "x" },
        secrets: { oidc: "{clientSecret}" },
        realm: { groups: [{ name: "staff" }], clients: [{ clientId: "{run}" }] },
      },
      wiki: { needs: [] },
      pad: { deploy: false },
    };
    const own = readConfig({
      "hearth:baseDomain": "ci.example.org",
      "hearth:stateDir": "/srv/hearth",
      "hearth:recipes": JSON.stringify(recipes),
    });
    const run = async (recipe: string, lease: string, settings = own) => {
      kind = lease;
      const { runStack } = await import("../../stacks/ci.ts");
      const outputs = runStack({ recipe, hex: "0a1b2c" }, settings) as {
        deployCount: pulumi.Output<number>;
        appUrl?: pulumi.Output<string>;
        issuer?: pulumi.Output<string>;
      };
      const find = (name: string) => made.find(each => each.name === name);
      const deployCount = await settled(outputs.deployCount);
      if (outputs.appUrl) await settled(outputs.appUrl);
      return {
        outputs,
        deployCount,
        inputs: (name: string) => find(name)?.inputs,
        type: (name: string) => find(name)?.type,
      };
    };
    after(() => void (kind = "warm"));

    it("declare the lease first with the domains; the app gets the realm's values, secrets encrypted", async () => {
      const { deployCount, inputs, type } = await run("docs", "warm");
      assert.equal(deployCount, 1);
      assert.equal(made[0]?.name, "lease");
      assert.deepEqual(
        [inputs("lease")?.["mode"], inputs("lease")?.["domains"]],
        ["auto", ["docs-0a1b2c.ci.example.org", "sso-0a1b2c.ci.example.org"]],
      );
      assert.deepEqual(inputs("app")?.["env"], { ISSUER: "https://x/realms/y", PLAIN: "x" });
      assert.deepEqual(
        [type("app"), inputs("app")?.["run"], inputs("app")?.["domain"]],
        ["pulumi-nodejs:dynamic/runApp:RunApp", "docs-0a1b2c", "docs-0a1b2c.ci.example.org"],
      );
      assert.deepEqual(
        [inputs("docs-0a1b2c")?.["settings"], inputs("docs-0a1b2c")?.["clients"]],
        [{ groups: [{ name: "staff" }] }, [{ clientId: "docs-0a1b2c" }]],
      );
    });

    it("declare a dedicated Keycloak of the same version with the run's realm, and count both deploys", async () => {
      const { deployCount, inputs, type } = await run("docs", "dedicated");
      assert.equal(deployCount, 2);
      assert.deepEqual(
        [
          type("keycloak"),
          inputs("keycloak")?.["run"],
          inputs("keycloak")?.["domain"],
          inputs("keycloak")?.["version"],
        ],
        ["pulumi-nodejs:dynamic/runApp:RunApp", "docs-0a1b2c", "sso-0a1b2c.ci.example.org", "10.7.1+26.4.0"],
      );
      assert.deepEqual(inputs("docs-0a1b2c")?.["keycloak"], { domain: "sso-0a1b2c.ci.example.org" });
    });

    it("declare no Keycloak if the recipe needs none, and no app if it needs only a realm", async () => {
      const wiki = await run("wiki", "none");
      assert.deepEqual(
        [wiki.deployCount, wiki.inputs("lease")?.["mode"], wiki.inputs("wiki-0a1b2c"), wiki.outputs.issuer],
        [1, "none", undefined, undefined],
      );
      made.splice(0);
      const pad = await run("pad", "warm");
      assert.deepEqual([pad.deployCount, pad.inputs("app"), pad.outputs.appUrl], [0, undefined, undefined]);
    });

    it("declare the app of a working tree even if its recipe isn't configured", async () => {
      const { deployCount, inputs } = await run("other", "warm", { ...own, checkout: "/srv/tree" });
      assert.deepEqual([deployCount, inputs("app")?.["checkout"]], [1, "/srv/tree"]);
    });
  });
});
