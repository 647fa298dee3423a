import assert from "node:assert/strict";
import { commandEnvironment } from "../../../commands/run/environment.ts";

describe("the environment of a run's command", () => {
  it("P12: contains what programs need, the requested variables and the run's values, and nothing else", () => {
    const caller = {
      PATH: "/bin",
      HOME: "/root",
      LC_ALL: "C",
      AWS_PROFILE: "x",
      ASKED: "a",
      PULUMI_HOME: "x",
      SSH_AUTH_SOCK: "x",
      CI: "true",
      CURL_CA_BUNDLE: "/ca.pem",
      REQUESTS_CA_BUNDLE: "/ca.pem",
      SSL_CERT_FILE: "/ca.pem",
    };
    const env = commandEnvironment(caller, { OIDC_ISSUER: "i" }, ["ASKED", "NEW=n=1", "EMPTY="]);
    assert.deepEqual(env, {
      PATH: "/bin",
      HOME: "/root",
      LC_ALL: "C",
      CI: "true",
      CURL_CA_BUNDLE: "/ca.pem",
      REQUESTS_CA_BUNDLE: "/ca.pem",
      SSL_CERT_FILE: "/ca.pem",
      ASKED: "a",
      NEW: "n=1",
      EMPTY: "",
      OIDC_ISSUER: "i",
    });
  });

  it("never contains Pulumi's, Docker's or abra's variables; --env doesn't override the run's values", () => {
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "DOCKER_HOST=x", "ABRA_DIR"])
      assert.throws(() => commandEnvironment({}, {}, [name]), /never forwarded/);
    assert.equal(commandEnvironment({}, { OIDC_ISSUER: "i" }, ["OIDC_ISSUER=other"])["OIDC_ISSUER"], "i");
  });

  it("rejects a variable that isn't set, and an invalid name", () => {
    assert.throws(() => commandEnvironment({}, {}, ["NONE"]), /--env NONE: not set in this environment/);
    assert.throws(() => commandEnvironment({}, {}, ["a-b=c"]), /expected NAME or NAME=VALUE/);
  });
});
