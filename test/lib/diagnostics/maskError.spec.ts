import assert from "node:assert/strict";
import { AbraError } from "../../../providers/lib/abra/index.ts";
import { maskError, namedSecrets } from "../../../providers/lib/diagnostics/index.ts";
import { StateError } from "../../../providers/pulumi/protocol.ts";
import { surviveParent } from "../../../providers/pulumi/process.ts";

const SECRET = "sentinel-7Jq/2";

describe("a masked error", () => {
  it("F32, P12: has the secret in no text: message, stack, reasons, abra's words, causes; its class stays", () => {
    const cause = new AbraError("deploy a.test", `cannot parse ${SECRET}`, new Error(`deeper: ${SECRET}`));
    const error = new StateError("a.test", { condition: "failed" }, `a failed: ${SECRET}`, cause);
    assert.equal(maskError(error, [SECRET]), error);
    assert.deepEqual(error.reasons, ["a failed: ***"]);
    assert.equal(cause.fatal, "cannot parse ***");
    const texts = [error, cause, cause.cause as Error].map(each => `${each.message}\n${each.stack}`);
    assert.ok(!texts.join().includes(SECRET));
    assert.match(error.stack!, /a failed: \*\*\*/);
    assert.ok(error instanceof StateError && cause instanceof AbraError);
  });

  it("isn't spoilt if it is no error", () => {
    assert.equal(maskError(undefined, [SECRET]), undefined);
    assert.equal(maskError(`thrown ${SECRET}`, [SECRET]), "thrown ***");
  });

  it("F32: leaves a provider without what looks like a secret, whoever threw it", async () => {
    const text = "POST https://admin:hunter22@keycloak.test: DB_PASSWORD=hunter33 refused";
    const provider = surviveParent({ read: () => Promise.reject(new Error(text)) });
    await assert.rejects(provider.read(), (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.stack}`, /hunter/);
      assert.match(error.message, /keycloak\.test.*DB_PASSWORD=/);
      return true;
    });
  });

  it("takes for secrets the values of variables with such a name, but no short ones", () => {
    const env = { SMTP_PASSWORD: "longenough", API_TOKEN: "short", KC_CACHE: "local-cache", SECRET_A_VERSION: "v1" };
    assert.deepEqual(namedSecrets(env), ["longenough"]);
  });
});
