import assert from "node:assert/strict";
import { commandEnvironment, ownVariables } from "../../../commands/run/environment.ts";
import { identify, isReproducible } from "../../../commands/run/identity.ts";

describe("a variable of the caller", () => {
  const passes = (name: string) => name in commandEnvironment({ [name]: "x" }, {}, []);

  it("P12: is passed on by its whole name", () => {
    for (const name of ["PATH", "HOME", "TMPDIR", "CI", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "SSL_CERT_FILE"])
      assert.ok(passes(name), name);
    for (const name of ["XPATH", "PATHX", "PATH_", "MY_HOME", "CI_TOKEN", "LC_", "LC_all", "LC_A1", "LC_ALL_TOKEN"])
      assert.ok(!passes(name), name);
    for (const name of ["A_SSL_CERT_FILE", "SSL_CERT_FILE_2", "path", "NO_COLOR_TOKEN", "USERNAME_SECRET"])
      assert.ok(!passes(name), name);
  });

  it("isn't passed on if it isn't set", () => {
    assert.deepEqual(commandEnvironment({ PATH: undefined, HOME: "" }, {}, []), { HOME: "" });
  });
});

describe("a variable that --env names", () => {
  const forward = (text: string, caller = {}) => commandEnvironment(caller, {}, [text]);

  it("P12: is refused by its beginning alone, whatever its value", () => {
    for (const text of ["PULUMI_A", "PULUMI_A=1", "DOCKER_HOST", "ABRA_DIR=x", "PULUMI_="])
      assert.throws(
        () => forward(text, { PULUMI_A: "1", DOCKER_HOST: "x" }),
        /never forwarded to a run's command/,
        text,
      );
    for (const name of ["MY_PULUMI_A", "DOCKER", "ABRA", "PULUMIA", "docker_host"])
      assert.deepEqual(forward(`${name}=1`), { [name]: "1" });
  });

  it("has a name, and a value that may hold anything", () => {
    assert.deepEqual(forward("A=b=c\nd"), { A: "b=c\nd" });
    assert.deepEqual(forward("_a1="), { _a1: "" });
    assert.deepEqual(forward("A", { A: "" }), { A: "" });
    assert.deepEqual(forward("A=1", { A: "2" }), { A: "1" });
    for (const text of ["", "=", "=x", "1A=x", "A B=x", "A-B", " A=x", "A =x"])
      assert.throws(
        () => forward(text),
        { message: `--env ${JSON.stringify(text)}: expected NAME or NAME=VALUE` },
        text,
      );
  });
});

describe("a run's own variables", () => {
  const run = { recipe: "docs", hex: "0a1b2c" };
  const login = {
    keycloak: "warm",
    issuer: "i",
    discoveryUrl: "d",
    clientId: "c",
    clientSecret: "s",
    username: "u",
    password: "p",
    realm: "docs-0a1b2c",
  };
  type Outputs = Parameters<typeof ownVariables>[1];

  it("are its login, its app's address and its certificate authority, as far as it has them", () => {
    const own = ownVariables(run as Parameters<typeof ownVariables>[0], login as unknown as Outputs);
    assert.deepEqual(Object.keys(own).toSorted(), [
      "HEARTH_KEYCLOAK",
      "HEARTH_REALM",
      "HEARTH_RUN",
      "OIDC_CLIENT_ID",
      "OIDC_CLIENT_SECRET",
      "OIDC_DISCOVERY_URL",
      "OIDC_ISSUER",
      "OIDC_PASSWORD",
      "OIDC_USERNAME",
    ]);
    const more = { ...login, keycloak: "none", appUrl: "https://a.test", appDomain: "a.test", ca: "/ca.pem" };
    const app = ownVariables(run as Parameters<typeof ownVariables>[0], more as unknown as Outputs);
    assert.deepEqual(
      [app["HEARTH_KEYCLOAK"], app["HEARTH_APP_URL"], app["HEARTH_APP_DOMAIN"], app["HEARTH_CA"]],
      ["none", "https://a.test", "a.test", "/ca.pem"],
    );
    assert.ok(!Object.keys(app).some(name => name.startsWith("OIDC_")));
    assert.ok(!("HEARTH_APP_URL" in own) && !("HEARTH_CA" in own));
  });
});

describe("a CI system's variables", () => {
  const parts = (env: object, flags = {}) => {
    const { recipe: _recipe, ...rest } = identify({ recipe: "docs", ...flags }, env as Record<string, string>);
    return Object.values(rest);
  };

  it("count for their own system alone, and an empty one as none", () => {
    const woodpecker = {
      CI_PIPELINE_NUMBER: "3",
      CI_COMMIT_PULL_REQUEST: "",
      CI_COMMIT_SHA: "abc",
      CI_WORKFLOW_NUMBER: "2",
      CI_PIPELINE_CREATED: "100",
    };
    assert.deepEqual(parts(woodpecker), [undefined, "abc", "3", "2", "100"]);
    const gitlab = {
      GITLAB_CI: "true",
      CI_MERGE_REQUEST_IID: "7",
      CI_COMMIT_SHA: "abc",
      CI_PIPELINE_ID: "3",
      CI_JOB_ID: "9",
    };
    assert.deepEqual(parts(gitlab), ["7", "abc", "3", "9", undefined]);
    const { GITLAB_CI: _ci, ...stray } = gitlab;
    assert.deepEqual(parts(stray), [undefined, undefined, undefined, undefined, undefined]);
    assert.deepEqual(parts({ ...gitlab, GITLAB_CI: "" }), [undefined, undefined, undefined, undefined, undefined]);
  });

  it("yield to each flag, and one part makes a run's name reproducible", () => {
    assert.deepEqual(parts({}, { pr: "1", ref: "2", build: "3", job: "4", attempt: "5" }), ["1", "2", "3", "4", "5"]);
    for (const part of ["pr", "ref", "build", "job", "attempt"])
      assert.ok(isReproducible(identify({ recipe: "docs", [part]: "1" }, {})), part);
  });
});
