import assert from "node:assert/strict";
import * as argv from "../../providers/abra/argv.ts";

describe("abra's command lines", () => {
  it("ask nothing, stay offline, force, and leave the converge check out", () => {
    assert.deepEqual(argv.deployArgv("a.test", "1.0.0+2"), ["app", "deploy", "a.test", "1.0.0+2", "-n", "-o", "-f", "-c"]);
  });

  it("make an app", () => {
    assert.deepEqual(argv.newArgv("docs", "a.test", "default"), ["app", "new", "docs", "--domain=a.test", "--server=default", "-n", "-o"]);
  });

  it("undeploy", () => {
    assert.deepEqual(argv.undeployArgv("a.test"), ["app", "undeploy", "a.test", "-n"]);
  });

  it("P12: name the file of a secret, never its value", () => {
    assert.deepEqual(argv.secretInsertArgv("a.test", "ssl_key", "v1", "/etc/key.pem"), [
      "app",
      "secret",
      "insert",
      "a.test",
      "ssl_key",
      "v1",
      "/etc/key.pem",
      "-f",
      "-n",
    ]);
    assert.deepEqual(argv.secretGenerateArgv("a.test", "db_password", "v1"), ["app", "secret", "generate", "a.test", "db_password", "v1", "-n"]);
  });
});
