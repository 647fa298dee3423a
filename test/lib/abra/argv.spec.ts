import assert from "node:assert/strict";
import * as argv from "../../../providers/lib/abra/argv.ts";

describe("abra's command lines", () => {
  it("deploy without prompts, offline, forced, without the converge check", () => {
    assert.deepEqual(argv.deployArgv("a.test", "1.0.0+2"), [
      "app",
      "deploy",
      "a.test",
      "1.0.0+2",
      "-n",
      "-o",
      "-f",
      "-c",
    ]);
  });

  it("create an app", () => {
    assert.deepEqual(argv.newArgv("docs", "a.test", "default"), [
      "app",
      "new",
      "docs",
      "--domain=a.test",
      "--server=default",
      "-n",
      "-o",
    ]);
  });

  it("use the recipe clone's current files if asked to", () => {
    assert.deepEqual(argv.newHereArgv("docs", "a.test", "default"), [
      "app",
      "new",
      "docs",
      "--domain=a.test",
      "--server=default",
      "-n",
      "-o",
      "-C",
    ]);
    assert.deepEqual(
      argv.chaosArgv("a.test"),
      ["app", "deploy", "a.test", "-n", "-o", "-f", "-c", "-C"],
      "no version: the clone's files are deployed",
    );
  });

  it("undeploy and remove an app", () => {
    assert.deepEqual(argv.undeployArgv("a.test"), ["app", "undeploy", "a.test", "-n"]);
    assert.deepEqual(argv.removeArgv("a.test"), ["app", "remove", "a.test", "-n"]);
  });

  it("P12: pass the file of a secret, never its value", () => {
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
    assert.deepEqual(argv.secretGenerateArgv("a.test", "db_password", "v1"), [
      "app",
      "secret",
      "generate",
      "a.test",
      "db_password",
      "v1",
      "-n",
    ]);
    assert.deepEqual(argv.secretRemoveArgv("a.test", "db_password"), [
      "app",
      "secret",
      "rm",
      "a.test",
      "db_password",
      "-n",
    ]);
  });
});
