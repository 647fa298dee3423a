import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEnv } from "../../../providers/lib/env/envFile.ts";
import {
  additions,
  additionNames,
  withAdditions,
  missing,
  envRequirements,
  type EnvComparison,
} from "../../../providers/lib/recipe/envRequirements.ts";

const running =
  "TYPE=web\nDOMAIN=web.example.com\nSMTP_FROM=\nKC_CACHE=ispn\nSECRET_PASS_VERSION=v1 # length=32\n#COMPOSE_FILE=";
const env = "TYPE=web:1.0.0+1\nDOMAIN=a.test\nKC_CACHE=local\nSECRET_PASS_VERSION=v1\n";
const needs = (added: string, more: Partial<EnvComparison> = {}) =>
  envRequirements({ sample: `${running}\n${added}`, running, env, settings: { env: {}, secrets: {} }, ...more });

describe("what a version wants of the .env", () => {
  it("F36: is nothing where the sample has nothing new, be it empty", () => {
    assert.deepEqual(needs(""), { variables: [], valueless: [], secrets: [] });
  });

  it("F36: is a new variable, with the sample's value; one that is commented is none", () => {
    const found = needs('SMTP_PORT=587\nexport GREETING="good day" # shown\n#SMTP_TLS=on\n# SMTP_USER=x');
    assert.deepEqual(found.variables, [
      ["SMTP_PORT", "587"],
      ["GREETING", "good day"],
    ]);
    assert.deepEqual(missing(found), []);
    assert.deepEqual(additionNames(found), ["SMTP_PORT", "GREETING"]);
  });

  it("F36: is held by its name where a new variable has no value", () => {
    const found = needs("SMTP_HOST=\nSMTP_USER='' # yours");
    assert.deepEqual(missing(found), ["the variable SMTP_HOST has no value", "the variable SMTP_USER has no value"]);
    assert.deepEqual(additionNames(found), []);
  });

  it("F36: is met by the .env and by hearth's own settings, empty on purpose too", () => {
    assert.deepEqual(missing(needs("SMTP_HOST=", { env: `${env}SMTP_HOST=mail.test` })), []);
    assert.deepEqual(missing(needs("SMTP_HOST=", { env: `${env}SMTP_HOST=` })), []);
    assert.deepEqual(missing(needs("SMTP_HOST=", { settings: { env: { SMTP_HOST: "" }, secrets: {} } })), []);
    assert.deepEqual(
      additionNames(needs("SMTP_PORT=587", { settings: { env: { SMTP_PORT: "25" }, secrets: {} } })),
      [],
    );
  });

  it("F34: doesn't want back what the operator has taken out of the .env", () => {
    assert.deepEqual(needs("", { env: "TYPE=web:1.0.0+1\n#KC_CACHE=local\n" }), {
      variables: [],
      valueless: [],
      secrets: [],
    });
  });

  it("isn't what abra or hearth sets, whatever the sample says", () => {
    const mine =
      "TYPE=web\nRECIPE=web\nDOMAIN=web.example.com\nLETS_ENCRYPT_ENV=production\nCOMPOSE_FILE=compose.yml\nSTACK_NAME=";
    assert.deepEqual(needs(mine, { running: "", env: "A=b" }).variables, [["KC_CACHE", "ispn"]]);
    assert.deepEqual(needs(mine, { running: "", env: "A=b" }).valueless, ["SMTP_FROM"]);
  });

  it("F36: is a new secret: generated, from its source, or held by its name", () => {
    const sample =
      "SECRET_SMTP_PASSWORD_VERSION=v1 # length=12 charset=hex\nSECRET_LICENSE_VERSION=v2 # generate=false\nSECRET_KEY_VERSION=v1 # generate=false\n#SECRET_CERT_VERSION=v1 # generate=false";
    const found = needs(sample, { settings: { env: {}, secrets: { license: { file: "/license" } } } });
    assert.deepEqual(found.secrets, [
      { name: "smtp_password", version: "v1", from: "generated" },
      { name: "license", version: "v2", from: "source" },
      { name: "key", version: "v1", from: "nowhere" },
    ]);
    assert.deepEqual(found.variables, []);
    assert.deepEqual(missing(found), ["the secret key can't be generated"]);
    assert.deepEqual(additionNames(found), ["secret smtp_password", "secret license", "secret key"]);
  });

  it("leaves a secret's version to the .env", () => {
    assert.deepEqual(needs("SECRET_PASS_VERSION=v2 # length=64").secrets, []);
  });

  it("of an app that abra is still to make, is its secrets alone", () => {
    const found = needs("SMTP_HOST=\nSECRET_LICENSE_VERSION=v1 # generate=false", { running: "", env: "" });
    assert.deepEqual(found.variables, []);
    assert.deepEqual(missing(found), ["the secret license can't be generated"]);
  });
});

describe("what is added to the .env", () => {
  const sample = `${running}\r\nSMTP_PORT=587\nSMTP_HOST=\nURL=https://\${DOMAIN}/x\nSECRET_HEX_VERSION=v1 # length=12 charset=hex\n`;

  it("is each new key with a value, secrets' versions among them", () => {
    assert.deepEqual(additions(sample, env, running), [
      ["SMTP_PORT", "587"],
      ["URL", "https://${DOMAIN}/x"],
      ["SECRET_HEX_VERSION", "v1"],
    ]);
  });

  it("F26: is added as the sample writes it, on lines of its own, and no other byte is changed", () => {
    const added = "SMTP_PORT=587\nURL=https://${DOMAIN}/x\nSECRET_HEX_VERSION=v1 # length=12 charset=hex\n";
    assert.equal(withAdditions(env, sample, running), `${env}${added}`);
    assert.equal(
      withAdditions("A=b\n#COMPOSE_FILE=", sample, running),
      `A=b\n#COMPOSE_FILE=\n${added}`,
      "without a final newline",
    );
    assert.equal(withAdditions("A=b\r\n", sample, running), `A=b\r\n${added.replaceAll("\n", "\r\n")}`);
  });

  it("is nothing the second time", () => {
    const once = withAdditions(env, sample, running);
    assert.equal(withAdditions(once, sample, running), once);
    assert.deepEqual(additions(sample, once), []);
  });

  it("F26: for any text, leaves the .env's own lines and values as they are", () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom("A", "B", "SECRET_A_VERSION", "#C"), fc.string())
        .map(([key, value]) => `${key}=${value}`),
    );
    const file = fc
      .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom("\n", "\r\n"))
      .map(([lines, newline]) => lines.join(newline));
    fc.assert(
      fc.property(file, file, file, (before, next, was) => {
        const after = withAdditions(before, next, was);
        assert.ok(after.startsWith(before));
        const known = parseEnv(before);
        const found = parseEnv(after);
        for (const [key, value] of Object.entries(known)) assert.equal(found[key], value);
        for (const [key, value] of additions(next, before, was)) assert.equal(found[key], value);
        envRequirements({ sample: next, running: was, env: before, settings: { env: {}, secrets: {} } });
      }),
      { numRuns: 300 },
    );
  });
});
