import assert from "node:assert/strict";
import { warmAppInputs } from "../../providers/app/inputs.ts";

const app = { recipe: "docs", domain: "docs.ci.test", stateDir: "/srv/hearth" };

const issues = (given: object) => warmAppInputs.safeParse(given).error?.issues ?? [];

describe("a WarmApp's inputs", () => {
  it("have a default for everything but recipe, domain and stateDir", () => {
    const { stateful, updates, snapshots, version } = warmAppInputs.parse(app);
    assert.deepEqual([stateful, version], [true, "latest"]);
    assert.deepEqual(updates, { allow: "minor", minAgeHours: 24, notes: "any" });
    assert.deepEqual(snapshots, { keep: 2 });
    assert.deepEqual(
      issues({}).map(({ path }) => path.join(".")),
      ["recipe", "domain", "stateDir"],
    );
  });

  it("P12: have no field for a secret's value", () => {
    const [issue, ...others] = issues({ ...app, secretValues: { admin_password: "s3cret" } });
    assert.deepEqual(others, []);
    assert.deepEqual([issue?.code, issue?.message], ["unrecognized_keys", 'Unrecognized key: "secretValues"']);
    assert.ok(!JSON.stringify(issue).includes("s3cret"));
    for (const more of [{ checkout: "/x" }, { run: "docs-0a1b2c" }, { lifetime: "run" }])
      assert.match(issues({ ...app, ...more })[0]!.message, /^Unrecognized key/, JSON.stringify(more));
  });
});
