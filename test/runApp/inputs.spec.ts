import assert from "node:assert/strict";
import { runAppInputs } from "../../providers/runApp/inputs.ts";

const app = { recipe: "docs", domain: "docs.ci.test", stateDir: "/srv/hearth", run: "docs-0a1b2c" };

const issues = (given: object): string[] =>
  runAppInputs.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

describe("a RunApp's inputs", () => {
  it("name the run", () => {
    assert.deepEqual(issues(app), []);
    const { run: _, ...without } = app;
    assert.match(issues(without).join(), /^run /);
    for (const name of ["docs", "docs-0A1B2C", "../docs-0a1b2c", "docs-0a1b2c/x"])
      assert.match(issues({ ...app, run: name })[0]!, /^run expected a run name/);
  });

  it("may name a checkout, and the values of secrets", () => {
    const { checkout, secretValues } = runAppInputs.parse(app);
    assert.deepEqual([checkout, secretValues], [undefined, {}]);
    assert.deepEqual(issues({ ...app, checkout: "/home/me/docs", secretValues: { oidc_client_secret: "x" } }), []);
    assert.deepEqual(issues({ ...app, checkout: "docs" }), ["checkout expected an absolute path"]);
    assert.equal(issues({ ...app, secretValues: { "../x": "x" } }).length, 1);
  });

  it("have no field that only a warm app has", () => {
    for (const more of [{ updates: {} }, { snapshots: {} }, { stateful: true }, { lifetime: "kept" }])
      assert.match(issues({ ...app, ...more })[0]!, /Unrecognized key/, JSON.stringify(more));
  });
});
