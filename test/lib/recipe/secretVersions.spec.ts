import assert from "node:assert/strict";
import {
  additionNames,
  additions,
  canGenerate,
  type DeclaredSecret,
  envRequirements,
  isSecretVersion,
  missing,
  withAdditions,
} from "../../../providers/lib/recipe/envRequirements.ts";

const settings = { env: {}, secrets: {} };
const needs = (sample: string, env: string, absent: readonly DeclaredSecret[] = [], more = {}) =>
  envRequirements({ sample, running: "", env, settings: { ...settings, ...more }, absent });
const secret = (more: Partial<DeclaredSecret> = {}): DeclaredSecret => ({
  fullName: "a_test_pass_v1",
  name: "pass",
  version: "v1",
  versionKey: "SECRET_PASS_VERSION",
  ...more,
});

describe("a secret's version", () => {
  it("is what Swarm takes in a name, and nothing else", () => {
    for (const version of ["v1", "1", "_", "a-b.c", "2026-03-14"]) assert.ok(isSecretVersion(version), version);
    for (const version of ["", " ", "v 1", "v1 ", " v1", "v1#", "v/1", "v1\n", "ü", "v1 # length=32"])
      assert.ok(!isSecretVersion(version), version);
  });
});

describe("a secret can't be generated", () => {
  const key = "SECRET_CERT_VERSION";
  for (const line of [
    "SECRET_CERT_VERSION=v1 # generate=false",
    "SECRET_CERT_VERSION=v1 #generate=false",
    "SECRET_CERT_VERSION=v1 # length=32 generate=false charset=hex",
    "SECRET_CERT_VERSION=v1 # length=32 # generate=false",
    "  SECRET_CERT_VERSION=v1 # generate=false",
    "#SECRET_CERT_VERSION=v1 # generate=false",
    "# SECRET_CERT_VERSION=v1 # generate=false",
    "##\tSECRET_CERT_VERSION = v1 # generate=false",
    "export SECRET_CERT_VERSION=v1 # generate=false",
    "SECRET_CERT_VERSION: v1 # generate=false",
    "A=1\nSECRET_CERT_VERSION=v1 # generate=false\nB=2",
    "A=1\r\nSECRET_CERT_VERSION=v1 # generate=false\r\nB=2",
  ])
    it(`by the line ${JSON.stringify(line)}`, () => {
      assert.equal(canGenerate([line], key), false);
      assert.equal(canGenerate(["", line], key), false, "in any of the texts");
    });

  for (const line of [
    "SECRET_CERT_VERSION=v1 # generate=true",
    "SECRET_CERT_VERSION=v1 # generate=falsehood",
    "SECRET_CERT_VERSION=v1 # regenerate=false",
    "SECRET_CERT_VERSION=generate=false",
    "SECRET_CERT_VERSION=v1\n# generate=false",
    "MY_SECRET_CERT_VERSION=v1 # generate=false",
    "SECRET_CERT_VERSIONS=v1 # generate=false",
    "SECRET_CERT_VERSION # generate=false",
    "x SECRET_CERT_VERSION=v1 # generate=false",
    "",
  ])
    it(`but can by the line ${JSON.stringify(line)}`, () => assert.equal(canGenerate([line], key), true));

  it("but can without a variable, whatever is written", () => {
    assert.equal(canGenerate(["SECRET_CERT_VERSION=v1 # generate=false"], undefined), true);
  });
});

describe("what a version needs", () => {
  it("leaves out what abra or hearth sets, and what the configuration has", () => {
    const managed = "TYPE=a\nRECIPE=a\nDOMAIN=a\nLETS_ENCRYPT_ENV=production\nSTACK_NAME=a\n";
    assert.deepEqual(needs(`${managed}NEW=1\nOWN=2\n`, "A=1\n", [], { env: { OWN: "x" } }).variables, [["NEW", "1"]]);
  });

  it("keeps a secret's version apart from the variables, by its name or because a secret uses it", () => {
    const sample = "SECRET_PASS_VERSION=v1\nCERT=v1\nMY_SECRET_X_VERSION=1\nSECRET_VERSION=2\nSECRET_A_VERSIONS=3\n";
    const found = needs(sample, "A=1\n", [secret({ versionKey: "CERT" })]);
    assert.deepEqual(
      found.variables.map(([key]) => key),
      ["MY_SECRET_X_VERSION", "SECRET_VERSION", "SECRET_A_VERSIONS"],
    );
  });

  it("has no new variable for an app without an .env, and names a new COMPOSE_FILE only for one that has an .env", () => {
    assert.deepEqual(needs("NEW=1\nEMPTY=\nCOMPOSE_FILE=a.yml\n", ""), {
      variables: [],
      valueless: [],
      malformed: [],
      secrets: [],
    });
    assert.deepEqual(needs("NEW=1\nEMPTY=\nCOMPOSE_FILE=a.yml\n", "A=1\n").valueless, ["EMPTY", "COMPOSE_FILE"]);
    for (const [sample, env, own] of [
      ["COMPOSE_FILE=compose.yml\n", "A=1\n", {}],
      ["COMPOSE_FILE=\n", "A=1\n", {}],
      ["COMPOSE_FILE=a.yml\n", "COMPOSE_FILE=b.yml\n", {}],
      ["COMPOSE_FILE=a.yml\n", "A=1\n", { COMPOSE_FILE: "b.yml" }],
    ] as const)
      assert.deepEqual(needs(sample, env, [], { env: own }).valueless, [], sample);
  });

  it("says of each secret where its value comes from", () => {
    const absent = [
      secret(),
      secret({ name: "cert", versionKey: "SECRET_CERT_VERSION" }),
      secret({ name: "given" }),
      secret({ fullName: "other_key", name: undefined, version: "" }),
    ].map(each => (each.name === undefined ? (({ versionKey: _key, ...rest }) => rest)(each) : each));
    const found = needs("SECRET_CERT_VERSION=v1 # generate=false\n", "A=1\n", absent, { secrets: { given: {} } });
    assert.deepEqual(found.secrets, [
      { name: "pass", from: "generated" },
      { name: "cert", from: "nowhere" },
      { name: "given", from: "source" },
      { name: "other_key", from: "outside" },
    ]);
    assert.deepEqual(missing(found), [
      "the secret cert can't be generated",
      "the external secret other_key doesn't exist",
    ]);
    assert.deepEqual(additionNames(found), ["secret pass", "secret cert", "secret given"]);
  });

  it("holds a version that is none, once for all secrets that share its variable", () => {
    const broken = [secret({ version: "v1 # length=32" }), secret({ name: "other", version: "v1 # length=32" })];
    const found = needs("", "A=1\n", broken);
    assert.deepEqual([found.malformed, found.valueless, found.secrets], [["SECRET_PASS_VERSION"], [], []]);
    const empty = needs("", "A=1\n", [secret({ version: "" })]);
    assert.deepEqual([empty.malformed, empty.valueless, empty.secrets], [[], ["SECRET_PASS_VERSION"], []]);
    assert.deepEqual(missing(found), ["SECRET_PASS_VERSION is no secret's version: two comments?"]);
    assert.deepEqual(missing(empty), ["the variable SECRET_PASS_VERSION has no value"]);
  });

  it("is added as the sample's lines, in its order, with the file's line ends", () => {
    const sample = "A=1\nB=2 # length=32\nC=\nD='3'\n";
    assert.equal(withAdditions("A=1\n", sample), "A=1\nB=2 # length=32\nD='3'\n");
    assert.equal(withAdditions("A=1\r\n", sample), "A=1\r\nB=2 # length=32\r\nD='3'\r\n");
    assert.equal(withAdditions("A=1", sample), "A=1\nB=2 # length=32\nD='3'\n");
    assert.equal(withAdditions("A=1\nB=x\nD=y\n", sample), "A=1\nB=x\nD=y\n");
    assert.equal(withAdditions("A=1\n", sample, "B=2\n"), "A=1\nD='3'\n", "the operator removed B");
    assert.deepEqual(additions(sample, ""), [
      ["A", "1"],
      ["B", "2"],
      ["D", "3"],
    ]);
  });
});
