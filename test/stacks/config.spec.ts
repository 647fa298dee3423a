import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { ConfigError, readConfig } from "../../stacks/config.ts";

const refused = (config: Record<string, string>): string => {
  let message = "";
  assert.throws(
    () => readConfig(config),
    (error: Error) => {
      assert.ok(error instanceof ConfigError);
      message = error.message;
      return true;
    },
  );
  return message;
};

describe("the configuration", () => {
  it("needs nothing but a base domain", () => {
    assert.deepEqual(readConfig({ "hearth:baseDomain": "ci.example.org", "aws:region": "x" }), {
      baseDomain: "ci.example.org",
      stateDir: "/var/lib/hearth",
      server: "default",
      alerts: {},
      keycloak: "auto",
      dedicatedLimit: 1,
      wait: { keycloak: 120 },
      startLimit: availableParallelism(),
      recipes: {},
      apps: {},
    });
  });

  it("limits the wait for an unreachable Keycloak, in seconds", () => {
    const wait = (value: object) => ({ "hearth:baseDomain": "a.test", "hearth:wait": JSON.stringify(value) });
    assert.equal(readConfig(wait({ keycloak: 30 })).wait.keycloak, 30);
    assert.equal(readConfig(wait({ keycloak: "0" })).wait.keycloak, 0);
    assert.match(refused(wait({ keycloak: -1 })), /^hearth:wait\.keycloak is -1: /);
    assert.match(refused(wait({ traefik: 1 })), /^hearth:wait\.traefik: no such setting/);
  });

  it("makes an app stateless only as its configuration says", () => {
    const apps = (value: object) => ({ "hearth:baseDomain": "a.test", "hearth:apps": JSON.stringify(value) });
    assert.equal(readConfig(apps({ pages: { stateful: false } })).apps["pages"]?.stateful, false);
    assert.equal(readConfig(apps({ pages: {} })).apps["pages"]?.stateful, undefined);
    assert.match(refused(apps({ pages: { stateful: "no" } })), /^hearth:apps\.pages\.stateful is "no": /);
  });

  it("accepts one alert channel, and rejects an unencrypted URL", () => {
    const alerts = (value: object) =>
      readConfig({ "hearth:baseDomain": "a.test", "hearth:alerts": JSON.stringify(value) }).alerts;
    assert.deepEqual(alerts({ command: ["mail", "-s", "hearth"] }), { command: ["mail", "-s", "hearth"] });
    assert.match(
      refused({ "hearth:baseDomain": "a.test", "hearth:alerts": '{"webhook":"https://x"}' }),
      /hearth:alerts\.webhook: no such setting/,
    );
    assert.match(
      refused({ "hearth:baseDomain": "a.test", "hearth:alerts": '{"command":["x"],"webhookFile":"/y"}' }),
      /a command or a webhookFile, not both/,
    );
  });

  it("names a missing key and what is expected", () => {
    assert.match(
      refused({}),
      /^hearth:baseDomain is missing: .*pulumi config set hearth:baseDomain.*such as ci\.example\.org$/,
    );
  });

  it("P12: names a wrong variable without its value, which may be a secret", () => {
    const apps = JSON.stringify({ keycloak: { env: { SMTP_PASSWORD: 31_415_926 } } });
    const message = refused({ "hearth:baseDomain": "a.test", "hearth:apps": apps });
    assert.match(message, /^hearth:apps\.keycloak\.env\.SMTP_PASSWORD: .*expected string/);
    assert.doesNotMatch(message, /31415926/);
  });

  it("names what was found and what is expected", () => {
    assert.equal(
      refused({ "hearth:baseDomain": "nonsense" }),
      'hearth:baseDomain is "nonsense": expected a domain such as ci.example.org',
    );
    assert.equal(
      refused({ "hearth:baseDomain": "a.test", "hearth:stateDir": "here" }),
      'hearth:stateDir is "here": expected an absolute path',
    );
  });

  it("rejects an unknown key at any depth", () => {
    assert.equal(
      refused({ "hearth:baseDomain": "a.test", "hearth:baseDomian": "b.test" }),
      "hearth:baseDomian: no such setting of hearth",
    );
    assert.equal(
      refused({ "hearth:baseDomain": "a.test", "hearth:apps": '{"keycloak":{"verison":"1"}}' }),
      "hearth:apps.keycloak.verison: no such setting of hearth",
    );
  });

  it("keeps an app's settings as written, without defaults", () => {
    const apps = { keycloak: { version: "10.7.1+26.4.0", env: { A: "1" }, updates: { allow: "patch" } } };
    const { keycloak } = readConfig({ "hearth:baseDomain": "a.test", "hearth:apps": JSON.stringify(apps) }).apps;
    assert.equal(keycloak?.version, "10.7.1+26.4.0");
    assert.equal(keycloak?.health, undefined);
    assert.deepEqual(keycloak?.env, { A: "1" });
    assert.deepEqual(keycloak?.updates, { allow: "patch" });
  });
});
