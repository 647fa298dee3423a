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
  envRequirements({
    sample: `${running}\n${added}`,
    running,
    env,
    settings: { env: {}, secrets: {} },
    absent: [],
    ...more,
  });

describe("a version's requirements of the .env", () => {
  it("F36: are none if the sample has nothing new", () => {
    assert.deepEqual(needs(""), { variables: [], valueless: [], malformed: [], secrets: [] });
  });

  it("F36: include a new variable with the sample's value, but no commented one", () => {
    const found = needs('SMTP_PORT=587\nexport GREETING="good day" # shown\n#SMTP_TLS=on\n# SMTP_USER=x');
    assert.deepEqual(found.variables, [
      ["SMTP_PORT", "587"],
      ["GREETING", "good day"],
    ]);
    assert.deepEqual(missing(found), []);
    assert.deepEqual(additionNames(found), ["SMTP_PORT", "GREETING"]);
  });

  it("F36: name a new variable without a value", () => {
    const found = needs("SMTP_HOST=\nSMTP_USER='' # yours");
    assert.deepEqual(missing(found), ["the variable SMTP_HOST has no value", "the variable SMTP_USER has no value"]);
    assert.deepEqual(additionNames(found), []);
  });

  it("F36: are met by the .env and by hearth's settings, also with an empty value", () => {
    assert.deepEqual(missing(needs("SMTP_HOST=", { env: `${env}SMTP_HOST=mail.test` })), []);
    assert.deepEqual(missing(needs("SMTP_HOST=", { env: `${env}SMTP_HOST=` })), []);
    assert.deepEqual(missing(needs("SMTP_HOST=", { settings: { env: { SMTP_HOST: "" }, secrets: {} } })), []);
    assert.deepEqual(
      additionNames(needs("SMTP_PORT=587", { settings: { env: { SMTP_PORT: "25" }, secrets: {} } })),
      [],
    );
  });

  it("F34: exclude a variable that the operator removed from the .env", () => {
    assert.deepEqual(needs("", { env: "TYPE=web:1.0.0+1\n#KC_CACHE=local\n" }), {
      variables: [],
      valueless: [],
      malformed: [],
      secrets: [],
    });
  });

  it("exclude variables that abra or hearth sets", () => {
    const mine =
      "TYPE=web\nRECIPE=web\nDOMAIN=web.example.com\nLETS_ENCRYPT_ENV=production\nCOMPOSE_FILE=compose.yml\nSTACK_NAME=";
    assert.deepEqual(needs(mine, { running: "", env: "A=b" }).variables, [["KC_CACHE", "ispn"]]);
    assert.deepEqual(needs(mine, { running: "", env: "A=b" }).valueless, ["SMTP_FROM"]);
  });

  it("F36: name a new COMPOSE_FILE: which files an existing app needs is the operator's choice", () => {
    const files = 'COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"';
    const named = (more: Partial<EnvComparison>, added = files) => missing(needs(added, more));
    assert.deepEqual(named({}), ["the variable COMPOSE_FILE has no value"]);
    assert.deepEqual(named({}, "COMPOSE_FILE=compose.yml"), [], "what abra deploys without it");
    assert.deepEqual(named({ env: `${env}COMPOSE_FILE=compose.yml\n` }), []);
    assert.deepEqual(named({ settings: { env: { COMPOSE_FILE: "compose.yml" }, secrets: {} } }), []);
    assert.deepEqual(named({ running: `${running}\n${files}` }), [], "the operator removed it");
    assert.deepEqual(named({ env: "" }), [], "abra creates the .env from the sample");
  });

  const secret = (name: string, version = "v1", versionKey = `SECRET_${name.toUpperCase()}_VERSION`) => ({
    fullName: `web_test_${name}_${version}`,
    name,
    version,
    versionKey,
  });

  it("F36: include a secret that the swarm lacks, generated or with a source, and name one without either", () => {
    const sample =
      "SECRET_SMTP_PASSWORD_VERSION=v1 # length=12 charset=hex\nSECRET_LICENSE_VERSION=v2 # generate=false\nSECRET_KEY_VERSION=v1 # generate=false\n#SECRET_CERT_VERSION=v1 # generate=false";
    const found = needs(sample, {
      settings: { env: {}, secrets: { license: { file: "/license" } } },
      absent: [secret("smtp_password"), secret("license", "v2"), secret("key")],
    });
    assert.deepEqual(found.secrets, [
      { name: "smtp_password", from: "generated" },
      { name: "license", from: "source" },
      { name: "key", from: "nowhere" },
    ]);
    assert.deepEqual(found.variables, []);
    assert.deepEqual(missing(found), ["the secret key can't be generated"]);
    assert.deepEqual(additionNames(found), ["secret smtp_password", "secret license", "secret key"]);
  });

  it("exclude a secret that exists, and one of a compose file that isn't chosen", () => {
    assert.deepEqual(needs("SECRET_PASS_VERSION=v2\nSECRET_OTHER_VERSION=v1 # generate=false\nSECRET_NONE_VERSION="), {
      variables: [],
      valueless: [],
      malformed: [],
      secrets: [],
    });
  });

  it("F36: read the modifiers of a secret from the variable that holds its version", () => {
    const key = "SECRET_WILDCARD_CERT_VERSION";
    const absent = [secret("ssl_cert", "v1", key), secret("ssl_key", "v1", key)];
    assert.deepEqual(missing(needs(`${key}=v1 # generate=false`, { absent })), [
      "the secret ssl_cert can't be generated",
      "the secret ssl_key can't be generated",
    ]);
    const found = needs(`${key}=v1 # length=20`, { absent });
    assert.deepEqual([missing(found), additionNames(found)], [[], ["secret ssl_cert", "secret ssl_key"]]);
  });

  it("F36: never generate what the .env or a commented-out line of the sample excludes", () => {
    const absent = [secret("cert")];
    const excluded = ["the secret cert can't be generated"];
    assert.deepEqual(missing(needs("#SECRET_CERT_VERSION=v1 # generate=false", { absent })), excluded);
    const own = "A=b\nSECRET_CERT_VERSION=v1 # generate=false\n";
    assert.deepEqual(missing(needs("SECRET_CERT_VERSION=v1", { absent, env: own })), excluded);
    assert.deepEqual(missing(needs("SECRET_CERTIFICATE_VERSION=v1 # generate=false", { absent })), []);
  });

  it("name the variable of a secret's version if it has no value, and a secret outside the stack", () => {
    const absent = [secret("cert", ""), secret("key", "", "SECRET_CERT_VERSION")];
    assert.deepEqual(missing(needs("", { absent })), ["the variable SECRET_CERT_VERSION has no value"]);
    const outside = needs("", { absent: [{ fullName: "shared_tls_key", name: undefined, version: "" }] });
    assert.deepEqual(
      [missing(outside), additionNames(outside)],
      [["the external secret shared_tls_key doesn't exist"], []],
    );
  });

  it("name the variable of a secret's version that a second comment on its line has spoilt", () => {
    const spoilt = "SECRET_CERT_VERSION=v1 # length=32 # generate=false";
    const absent = [secret("cert", parseEnv(spoilt)["SECRET_CERT_VERSION"])];
    const found = needs(spoilt, { absent });
    assert.deepEqual(missing(found), ["SECRET_CERT_VERSION is no secret's version: two comments?"]);
    assert.deepEqual(found.secrets, []);
    const quoted = "SECRET_CERT_VERSION='v1' # length=32 # generate=false";
    const version = parseEnv(quoted)["SECRET_CERT_VERSION"];
    assert.deepEqual(missing(needs(quoted, { absent: [secret("cert", version)] })), [
      "the secret cert can't be generated",
    ]);
  });

  it("F36: never generate what godotenv's other forms of an assignment exclude", () => {
    const absent = [secret("cert")];
    for (const line of [
      "SECRET_CERT_VERSION: v1 # generate=false",
      "  export SECRET_CERT_VERSION = v1 # generate=false",
    ])
      assert.deepEqual(missing(needs(line, { absent })), ["the secret cert can't be generated"], line);
  });

  it("exclude a variable that holds a secret's version, whatever its name", () => {
    const found = needs("CERT=v3", { absent: [secret("cert", "v3", "CERT")] });
    assert.deepEqual(additionNames(found), ["secret cert"]);
  });

  it("are only secrets if the .env doesn't exist yet", () => {
    const absent = [secret("license")];
    const found = needs("SMTP_HOST=\nSECRET_LICENSE_VERSION=v1 # generate=false", { running: "", env: "", absent });
    assert.deepEqual(found.variables, []);
    assert.deepEqual(missing(found), ["the secret license can't be generated"]);
  });
});

describe("the additions to a .env", () => {
  const sample = `${running}\r\nSMTP_PORT=587\nSMTP_HOST=\nURL=https://\${DOMAIN}/x\nSECRET_HEX_VERSION=v1 # length=12 charset=hex\n`;

  it("are the new keys with a value, versions of secrets included", () => {
    assert.deepEqual(additions(sample, env, running), [
      ["SMTP_PORT", "587"],
      ["URL", "https://web.example.com/x"],
      ["SECRET_HEX_VERSION", "v1"],
    ]);
  });

  it("F26: are the sample's lines, appended without changing another byte", () => {
    const added = "SMTP_PORT=587\nURL=https://${DOMAIN}/x\nSECRET_HEX_VERSION=v1 # length=12 charset=hex\n";
    assert.equal(withAdditions(env, sample, running), `${env}${added}`);
    assert.equal(
      withAdditions("A=b\n#COMPOSE_FILE=", sample, running),
      `A=b\n#COMPOSE_FILE=\n${added}`,
      "without a final newline",
    );
    assert.equal(withAdditions("A=b\r\n", sample, running), `A=b\r\n${added.replaceAll("\n", "\r\n")}`);
  });

  it("are none the second time", () => {
    const once = withAdditions(env, sample, running);
    assert.equal(withAdditions(once, sample, running), once);
    assert.deepEqual(additions(sample, once), []);
  });

  it("F26: keep a value of several lines whole", () => {
    const value = `KEY="-----BEGIN\r\nabc\r\n-----END" # of the mail server`;
    const after = withAdditions("A=b\n", `A=c\r\n${value}\r\nZ=1\r\n`);
    assert.equal(after, `A=b\n${value}\nZ=1\n`);
    assert.equal(parseEnv(after)["KEY"], "-----BEGIN\nabc\n-----END");
  });

  it("F26: leave every line and value of any .env unchanged", () => {
    const line = fc.oneof(
      fc.string().map(text => `# ${text}`),
      fc
        .tuple(fc.constantFrom("A", "B", "SECRET_A_VERSION", "#C"), fc.stringMatching(/^[^$"'\r\n]*$/))
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
        envRequirements({ sample: next, running: was, env: before, settings: { env: {}, secrets: {} }, absent: [] });
      }),
      { numRuns: 300 },
    );
  });
});
