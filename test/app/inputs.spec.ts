import assert from "node:assert/strict";
import { wholeApp } from "../../providers/app/inputs.ts";

const kept = { recipe: "docs", domain: "docs.ci.test", stateDir: "/srv/hearth" };
const run = { ...kept, lifetime: "run", run: "docs-0a1b2c" };

const wrong = (given: object): string[] =>
  wholeApp.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

describe("an App's inputs", () => {
  it("are a kept app's, unless they say that it is a run's", () => {
    const { lifetime, run: of, checkout, secretValues } = wholeApp.parse(kept);
    assert.deepEqual(
      { lifetime, of, checkout, secretValues },
      { lifetime: "kept", of: undefined, checkout: undefined, secretValues: {} },
    );
  });

  it("of a run's app name the run", () => {
    assert.deepEqual(wrong(run), []);
    assert.deepEqual(wrong({ ...kept, lifetime: "run" }), [
      "run is missing: an app with the lifetime run belongs to one",
    ]);
    for (const name of ["docs", "docs-0A1B2C", "../docs-0a1b2c", "docs-0a1b2c/x"])
      assert.match(wrong({ ...run, run: name })[0]!, /^run expected a run name/);
  });

  it("of a run's app may name a checkout, and the values of secrets", () => {
    assert.deepEqual(wrong({ ...run, checkout: "/home/me/docs", secretValues: { oidc_client_secret: "x" } }), []);
    assert.deepEqual(wrong({ ...run, checkout: "docs" }), ["checkout expected an absolute path"]);
    assert.equal(wrong({ ...run, secretValues: { "../x": "x" } }).length, 1);
  });

  it("P12: of a kept app can't hold a secret's value", () => {
    const [said] = wrong({ ...kept, secretValues: { admin_password: "s3cret" } });
    assert.match(said!, /^secretValues is for an app with the lifetime run: a kept app's secrets stay out of Pulumi/);
    assert.ok(!said!.includes("s3cret"));
    assert.match(wrong({ ...kept, checkout: "/x" }).join(), /^checkout is for an app/);
    assert.match(wrong({ ...kept, run: "docs-0a1b2c" }).join(), /^run is for an app/);
  });
});
