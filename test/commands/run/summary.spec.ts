import assert from "node:assert/strict";
import { readOutputs } from "../../../commands/run/outputs.ts";
import { summary } from "../../../commands/run/summary.ts";

const login = {
  issuer: "https://k.test/realms/r",
  discoveryUrl: "https://k.test/realms/r/d",
  clientId: "app",
  clientSecret: "s",
  username: "u",
  password: "p",
  realm: "docs-9c1995",
};
const now = Date.parse("2026-11-25T12:00:00Z");
const summaryOf = (more: object) =>
  summary(
    readOutputs({
      keycloak: "warm",
      ...login,
      deployCount: 0,
      keycloakVersion: "10.7.9+26.4.0",
      keycloakSince: "",
      ...more,
    }),
    now,
  );

describe("the summary of a run", () => {
  it("names Keycloak's version, kind and last upgrade, the realm and the app", () => {
    const since = { keycloakSince: "2026-11-24T21:59:00Z" };
    assert.equal(
      summaryOf({ ...since, appUrl: "https://docs-9c1995.x" }),
      "keycloak 26.4.0 (10.7.9), warm, upgraded 14 h ago · realm docs-9c1995 · https://docs-9c1995.x",
    );
    assert.equal(
      summaryOf({ ...since, keycloak: "dedicated" }),
      "keycloak 26.4.0 (10.7.9), dedicated · realm docs-9c1995",
    );
    assert.equal(summaryOf({ keycloakVersion: "" }), "keycloak, warm · realm docs-9c1995");
    assert.equal(
      summaryOf({ keycloakSince: "2026-11-25T12:00:00Z" }),
      "keycloak 26.4.0 (10.7.9), warm, upgraded 0 min ago · realm docs-9c1995",
    );
    assert.equal(
      summaryOf({ keycloakSince: "2026-11-22T11:00:00Z" }),
      "keycloak 26.4.0 (10.7.9), warm, upgraded 3 d ago · realm docs-9c1995",
    );
  });

  it("names no Keycloak for a run without one", () => {
    const outputs = {
      keycloak: "none",
      deployCount: 1,
      keycloakVersion: "",
      keycloakSince: "",
      appUrl: "https://x.test",
    };
    assert.equal(summary(readOutputs(outputs), now), "https://x.test");
  });

  it("needs a complete login or none: a partial one is an error without any value", () => {
    const { password: _, ...half } = login;
    assert.throws(
      () => summaryOf({ ...half, password: undefined }),
      (error: Error) => /invalid stack outputs/.test(error.message) && !error.message.includes("k.test"),
    );
  });
});
