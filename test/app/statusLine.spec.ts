import assert from "node:assert/strict";
import { statusLine, type AppStatus } from "../../providers/app/statusLine.ts";
import type { ReleaseDecision, BlockedRelease } from "../../providers/app/releaseTypes.ts";

const hold = (version: string, reason: string, more: Partial<BlockedRelease> = {}): BlockedRelease => ({
  version,
  reasons: [reason],
  notes: [],
  approvable: true,
  ...more,
});
const choice = (version: string | undefined, more: Partial<ReleaseDecision> = {}): ReleaseDecision => ({
  version,
  afterwards: undefined,
  held: [],
  ignored: [],
  ...more,
});
const running = "10.7.1+26.4.0";
const said = (more: Partial<AppStatus>) =>
  statusLine({
    recipe: "keycloak",
    running,
    condition: "healthy",
    choice: choice(running),
    adds: [],
    offline: undefined,
    ...more,
  });

describe("the line of an app", () => {
  it("is short where there is nothing to do", () => {
    assert.equal(said({}), "keycloak 10.7.1+26.4.0 healthy");
  });

  it("names what comes, what is held and why, and the way to let it through", () => {
    assert.equal(
      said({ choice: choice("10.8.0+26.5.0", { held: [hold("11.0.0+26.5.0", "major of the recipe")] }) }),
      "keycloak 10.7.1+26.4.0 healthy · next 10.8.0+26.5.0 will be applied · held 11.0.0+26.5.0: major of the recipe · hearth approve keycloak 11.0.0+26.5.0",
    );
  });

  it("F36: names what the next one brings along", () => {
    assert.match(
      said({ choice: choice("10.8.0+26.5.0"), adds: ["SMTP_PORT", "secret smtp_password"] }),
      / · next 10\.8\.0\+26\.5\.0 will be applied, adds SMTP_PORT, secret smtp_password$/,
    );
  });

  it("asks for the highest that an approval would let through, once", () => {
    const held = [
      hold("10.8.0+26.5.0", "rejected here: it isn't healthy"),
      hold("10.9.0+26.5.0", "release notes"),
      hold("11.0.0+27.0.0", "the variable SMTP_HOST has no value", { approvable: false }),
    ];
    assert.match(
      said({ choice: choice(running, { held }) }),
      /has no value · hearth approve keycloak 10\.9\.0\+26\.5\.0$/,
    );
    assert.doesNotMatch(said({ choice: choice(running, { held: held.slice(2) }) }), /approve/);
  });

  it("says what comes after an approved version", () => {
    assert.match(
      said({ choice: choice("10.8.0+26.5.0", { afterwards: "10.8.1+26.5.0" }) }),
      / · next 10\.8\.0\+26\.5\.0 will be applied · then 10\.8\.1\+26\.5\.0$/,
    );
  });

  it("of what is down or not there, says at which version it will be", () => {
    assert.equal(
      said({ running: undefined, condition: "not deployed" }),
      "keycloak not deployed · next 10.7.1+26.4.0 will be applied",
    );
    assert.equal(
      said({ condition: "down: HTTP 502" }),
      "keycloak 10.7.1+26.4.0 down: HTTP 502 · will be deployed at 10.7.1+26.4.0",
    );
    assert.equal(
      said({ running: undefined, condition: "not deployed", choice: choice(undefined) }),
      "keycloak not deployed · no version can be deployed",
    );
  });

  it("F25, F38: says what was ignored, by reason, the last few by name", () => {
    const light = ["10.7.8", "10.7.9", "10.7.10", "10.7.11"].map(version => ({
      version,
      reason: "not an annotated tag",
    }));
    const ignored = [...light, { version: "main", reason: "no version of a recipe" }];
    assert.equal(
      said({ choice: choice(running, { ignored }) }),
      "keycloak 10.7.1+26.4.0 healthy · ignored, not an annotated tag: 10.7.9, 10.7.10, 10.7.11 and 1 more · ignored, no version of a recipe: main",
    );
  });

  it("says that upstream wasn't asked, and why", () => {
    assert.match(
      said({ offline: "git: fetch keycloak: timed out" }),
      / · upstream unreachable: git: fetch keycloak: timed out$/,
    );
  });
});
