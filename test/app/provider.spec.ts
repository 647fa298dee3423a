import assert from "node:assert/strict";
import { provider } from "../../providers/app/provider.ts";
import { fakeApp, type FakeApp } from "./syncHost.ts";
import { FROM } from "./fakeHost.ts";

describe("WarmApp's provider", () => {
  let fake: FakeApp;
  beforeEach(async () => void (fake = await fakeApp(FROM)));
  afterEach(() => fake.remove());

  it("F34: updates a healthy app whose .env lost a key of hearth's, and one whose inputs no run could use", async () => {
    const state = { ...fake.app, condition: "healthy", url: "https://app.test", adopted: false, __provider: "x" };
    const changes = async (news: object) => (await provider.diff("app.test", state, { ...state, ...news })).changes;
    assert.equal(await changes({}), false);
    assert.equal(await changes({ drifted: ["DOMAIN"] }), true);
    assert.equal(await changes({ recorded: false }), true);
    assert.equal(await changes({ drifted: undefined, recorded: undefined }), false, "a state of an older hearth");
    assert.equal(await changes({ condition: "down: HTTP 502" }), true);
  });
});
