import assert from "node:assert/strict";
import { nextVersion, statusLine, type AppStatus } from "../../providers/app/statusLine.ts";
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
const line = (more: Partial<AppStatus>) =>
  statusLine({
    recipe: "keycloak",
    running,
    condition: "healthy",
    choice: choice(running),
    adds: [],
    drift: { keys: [], held: undefined },
    offline: undefined,
    failure: undefined,
    ...more,
  });

describe("an app's status line", () => {
  it("is short if there is nothing to do", () => {
    assert.equal(line({}), "keycloak 10.7.1+26.4.0 healthy");
  });

  it("names the next version, the held ones with their reasons, and the command that approves one", () => {
    assert.equal(
      line({ choice: choice("10.8.0+26.5.0", { held: [hold("11.0.0+26.5.0", "major of the recipe")] }) }),
      "keycloak 10.7.1+26.4.0 healthy · next 10.8.0+26.5.0 will be applied · held 11.0.0+26.5.0: major of the recipe · hearth approve keycloak 11.0.0+26.5.0",
    );
  });

  it("announces nothing for a broken app, which waits for an operator", () => {
    const next = choice("10.8.0+26.5.0", { afterwards: "10.8.1+26.5.0" });
    assert.equal(line({ condition: "broken", choice: next }), "keycloak 10.7.1+26.4.0 broken");
  });

  it("P7: counts nothing as next for a broken app, a rejected version, a refused one and one that runs well", () => {
    const newer = "10.8.0+26.5.0";
    const drift = { keys: [], held: undefined };
    const next = (condition: string, version: string | undefined, failure?: string) =>
      nextVersion({ running, condition, choice: choice(version), drift, failure });
    assert.equal(next("healthy", newer), newer);
    assert.equal(next("down: HTTP 502", running), running, "it is redeployed");
    assert.equal(next("interrupted at gate", running), running, "it is finished or undone");
    assert.equal(next("broken", newer), undefined);
    assert.equal(next("broken", running), undefined);
    assert.equal(next("healthy", running), undefined, "the newer one failed here and is held");
    assert.equal(next("unreachable: DNS", running), undefined);
    assert.equal(next("healthy", newer, "version not found"), undefined);
    assert.equal(next("down: HTTP 502", undefined), undefined);
  });

  it("P7: announces no version that is held or that check refuses", () => {
    const rejected = hold("10.8.0+26.5.0", "failed here on 27 Nov: app exits 143, unhealthy");
    for (const condition of ["healthy", "down: HTTP 502", "interrupted at restore"]) {
      const text = line({ condition, choice: choice(running, { held: [rejected] }) });
      assert.doesNotMatch(text, /(next|then|at) 10\.8\.0/);
      assert.match(
        text,
        / · held 10\.8\.0\+26\.5\.0: failed here on 27 Nov: app exits 143, unhealthy · hearth approve/,
      );
    }
    assert.equal(
      line({
        choice: choice("99.0.0+1"),
        failure: "version 99.0.0+1 of recipe keycloak not found; newest versions: none",
      }),
      "keycloak 10.7.1+26.4.0 healthy · can't be deployed: version 99.0.0+1 of recipe keycloak not found; newest versions: none",
    );
  });

  it("is one line without control characters, whatever other programs and tags say", () => {
    const text = line({
      condition: "down: \u001b[31mHTTP\u001b[0m",
      offline: "git: fetch keycloak: exit 1: a\nb\u0007",
      choice: choice(running, { ignored: [{ version: "x\u009b1m", reason: "not a recipe version" }] }),
    });
    assert.equal(
      text,
      "keycloak 10.7.1+26.4.0 down: HTTP · will be deployed at 10.7.1+26.4.0 · ignored, not a recipe version: x · upstream unreachable: a b",
    );
  });

  it("F36: names what the next version adds", () => {
    assert.match(
      line({ choice: choice("10.8.0+26.5.0"), adds: ["SMTP_PORT", "secret smtp_password"] }),
      / · next 10\.8\.0\+26\.5\.0 will be applied, adds SMTP_PORT, secret smtp_password$/,
    );
  });

  it("F34, P13: names the keys of the .env that up sets, and counts them as next; never the values", () => {
    const drift = { keys: ["DOMAIN", "KC_CACHE"], held: undefined };
    const newer = choice("10.8.0+26.5.0");
    assert.equal(
      line({ drift }),
      "keycloak 10.7.1+26.4.0 healthy · will be redeployed to set DOMAIN, KC_CACHE in its .env",
    );
    assert.match(
      line({ drift, condition: "unreachable: no answer" }),
      / · will be redeployed to set DOMAIN, KC_CACHE in/,
    );
    assert.match(
      line({ drift, condition: "down: HTTP 502" }),
      / · will be deployed at \S+, sets DOMAIN, KC_CACHE in its/,
    );
    assert.match(
      line({ drift, choice: newer, adds: ["MOTD"] }),
      / · next 10\.8\.0\+26\.5\.0 will be applied, adds MOTD, sets DOMAIN, KC_CACHE in its \.env$/,
    );
    const next = (condition: string, failure?: string) =>
      nextVersion({ running, condition, choice: choice(running), drift, failure });
    assert.deepEqual([next("healthy"), next("unreachable: no answer")], [running, running]);
    assert.deepEqual([next("broken"), next("healthy", "its .env is missing")], [undefined, undefined]);
    assert.doesNotMatch(line({ drift, condition: "broken" }), /\.env/, "an operator decides");
  });

  it("P13: says which keys stay as they are and why, and counts nothing as next", () => {
    const drift = { keys: ["KC_CACHE"], held: "deployed by chaos" };
    assert.equal(
      line({ drift }),
      "keycloak 10.7.1+26.4.0 healthy · KC_CACHE of its .env stays as it is: deployed by chaos",
    );
    assert.equal(
      nextVersion({ running, condition: "healthy", choice: choice(running), drift, failure: undefined }),
      undefined,
    );
  });

  it("suggests one approval, for the highest version that needs nothing else", () => {
    const held = [
      hold("10.8.0+26.5.0", "failed here on 27 Nov: app restarts"),
      hold("10.9.0+26.5.0", "release notes"),
      hold("11.0.0+27.0.0", "the variable SMTP_HOST has no value", { approvable: false }),
    ];
    assert.match(
      line({ choice: choice(running, { held }) }),
      /has no value · hearth approve keycloak 10\.9\.0\+26\.5\.0$/,
    );
    assert.doesNotMatch(line({ choice: choice(running, { held: held.slice(2) }) }), /approve/);
  });

  it("names the version after an approved one", () => {
    assert.match(
      line({ choice: choice("10.8.0+26.5.0", { afterwards: "10.8.1+26.5.0" }) }),
      / · next 10\.8\.0\+26\.5\.0 will be applied · then 10\.8\.1\+26\.5\.0$/,
    );
  });

  it("doesn't announce a redeploy if only the route to the app fails", () =>
    assert.equal(
      line({ condition: "unreachable: no answer (ECONNREFUSED)" }),
      "keycloak 10.7.1+26.4.0 unreachable: no answer (ECONNREFUSED) · isn't redeployed: only the route fails",
    ));

  it("names the version to deploy if the app is down or absent", () => {
    assert.equal(
      line({ running: undefined, condition: "not deployed" }),
      "keycloak not deployed · next 10.7.1+26.4.0 will be applied",
    );
    assert.equal(
      line({ condition: "down: HTTP 502" }),
      "keycloak 10.7.1+26.4.0 down: HTTP 502 · will be deployed at 10.7.1+26.4.0",
    );
    assert.equal(
      line({ running: undefined, condition: "not deployed", choice: choice(undefined) }),
      "keycloak not deployed · no version can be deployed",
    );
  });

  it("F25, F38: lists ignored tags by reason, the last few by name", () => {
    const light = ["10.7.8", "10.7.9", "10.7.10", "10.7.11"].map(version => ({
      version,
      reason: "not an annotated tag",
    }));
    const ignored = [...light, { version: "main", reason: "no version of a recipe" }];
    assert.equal(
      line({ choice: choice(running, { ignored }) }),
      "keycloak 10.7.1+26.4.0 healthy · ignored, not an annotated tag: 10.7.9, 10.7.10, 10.7.11 and 1 more · ignored, no version of a recipe: main",
    );
  });

  it("reports why upstream can't be reached", () => {
    assert.match(
      line({ offline: "git: fetch keycloak: timed out" }),
      / · upstream unreachable: git: fetch keycloak: timed out$/,
    );
  });
});
