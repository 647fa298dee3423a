import assert from "node:assert/strict";
import { configIn } from "../../commands/common/config.ts";
import { ConfigError } from "../../stacks/config.ts";
import { secretKeys, secretPaths, secretsMessage } from "../../stacks/configSecrets.ts";

/** As `pulumi config set --secret` and `--secret --path` write them. */
const text = `encryptionsalt: v1:abc=
config:
  hearth:baseDomain: ci.example.org
  aws:token: { secure: v1:other }
  hearth:alerts:
    command: [notify, { secure: v1:bbb }]
  hearth:apps:
    keycloak:
      env:
        KC_CACHE: local
        SMTP_PASSWORD:
          secure: v1:aaa=:ccc=
`;

describe("a secret value in hearth's configuration", () => {
  it("P12: is refused in one sentence that names it and where to put it, by every command that reads the file", () => {
    const refusal = (error: Error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(
        error.message,
        "hearth:alerts.command[1], hearth:apps.keycloak.env.SMTP_PASSWORD: expected no secret value, because hearth " +
          "reads its settings without Pulumi's passphrase; write a variable that is secret into the app's .env, name a " +
          "file for a secret of the recipe (hearth:apps.<recipe>.secrets.<name>.file), and set everything else without " +
          "--secret",
      );
      return true;
    };
    assert.throws(() => configIn(text), refusal);
  });

  it("P12: is refused by the program before it declares a resource: Pulumi names the keys", () => {
    assert.deepEqual(secretKeys('["hearth:apps","aws:token","hearth:config:alerts"]'), [
      "hearth:apps",
      "hearth:alerts",
    ]);
    for (const none of ["[]", "null", "", undefined]) assert.deepEqual(secretKeys(none), []);
    assert.equal(secretsMessage([]), undefined);
    assert.match(secretsMessage(["hearth:apps"])!, /^hearth:apps: expected no secret value, .* without --secret$/);
  });

  it("isn't another program's, nor a setting with a similar name", () => {
    assert.deepEqual(secretPaths({ "aws:token": { secure: "v1:x" } }), []);
    const env = { secure: "yes", mode: "x" };
    assert.deepEqual(secretPaths({ "hearth:apps": { web: { env } }, "hearth:baseDomain": "a.test" }), []);
  });
});
