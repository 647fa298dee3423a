import assert from "node:assert/strict";
import { readOutputs } from "../../../commands/run/outputs.ts";

const login = {
  keycloak: "warm",
  issuer: "https://sso.test/realms/a",
  discoveryUrl: "https://sso.test/realms/a/.well-known/openid-configuration",
  realm: "a",
  clientId: "app",
  clientSecret: "hunter2",
  username: "tester",
  password: "hunter3",
};
const rest = { deployCount: 0, keycloakVersion: "", keycloakSince: "" };
const whole = { ...login, ...rest };

describe("the outputs of a run's stack", () => {
  it("are a whole login, or none where the run has no Keycloak", () => {
    assert.deepEqual(readOutputs(whole), whole);
    assert.equal(readOutputs({ ...whole, keycloak: "dedicated", deployCount: 2 }).keycloak, "dedicated");
    assert.deepEqual(readOutputs({ ...rest, keycloak: "none" }), { ...rest, keycloak: "none" });
  });

  for (const [field, values] of Object.entries({
    keycloak: [undefined, "", "hot"],
    issuer: [undefined, "", "sso"],
    discoveryUrl: [undefined, "sso"],
    realm: [undefined, ""],
    clientId: [undefined, ""],
    clientSecret: [undefined, ""],
    username: [undefined, ""],
    password: [undefined, ""],
    appUrl: ["", "a.test"],
    appDomain: [""],
    ca: [""],
    deployCount: [undefined, -1, 0.5, "1"],
    keycloakVersion: [undefined, 1],
    keycloakSince: [undefined, 1],
  }))
    it(`P12: are refused with another ${field}, and the error contains no value`, () => {
      for (const value of values)
        assert.throws(
          () => readOutputs({ ...whole, [field]: value }),
          (error: Error) => error.name === "NotYourRecipeError" && !error.message.includes("hunter"),
          JSON.stringify(value),
        );
    });
});
