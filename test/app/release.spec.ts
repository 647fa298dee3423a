import assert from "node:assert/strict";
import fc from "fast-check";
import { compareVersions, parseVersion } from "../../providers/abra/version.ts";
import { choose, type Policy, type Situation } from "../../providers/app/release.ts";

const usual: Policy = { allow: "minor", minAgeHours: 24, notes: "any" };
const now = 2_000_000_000;
const old = (name: string) => ({ name, time: now - 30 * 86_400 });
const at = (running: string | undefined, tags: string[], more: Partial<Situation> = {}) =>
  choose({ running, tags: tags.map(old), noted: [], policy: usual, now, ...more });
const held = (choice: ReturnType<typeof choose>) => choice.held.map(({ version, reasons }) => `${version}: ${reasons.join(", ")}`);

describe("which version to apply", () => {
  it("is the newest where nothing runs", () => {
    assert.deepEqual(at(undefined, ["10.9.0+26.4.0", "10.10.0+26.4.0", "9.0.0+25.0.0"]), { version: "10.10.0+26.4.0", held: [] });
  });

  it("is none where the recipe has none", () => {
    assert.equal(at(undefined, ["main"]).version, undefined);
  });

  it("is the newest of the same majors, in one step", () => {
    assert.equal(at("10.7.1+26.4.0", ["10.7.1+26.4.0", "10.7.9+26.4.0", "10.8.0+26.5.0"]).version, "10.8.0+26.5.0");
  });

  it("F25: holds a major of the recipe and of the app", () => {
    const choice = at("10.7.1+26.4.0", ["10.7.9+26.4.0", "10.9.0+27.0.0", "11.0.0+26.5.0"]);
    assert.equal(choice.version, "10.7.9+26.4.0");
    assert.deepEqual(held(choice), ["10.9.0+27.0.0: major of the app", "11.0.0+26.5.0: major of the recipe"]);
  });

  it("F25: holds everything beyond a version with notes, and says whose notes they are", () => {
    const choice = at("10.7.1+26.4.0", ["10.7.9+26.4.0", "10.8.0+26.5.0", "10.8.1+26.5.0"], { noted: ["10.8.0+26.5.0"] });
    assert.equal(choice.version, "10.7.9+26.4.0");
    assert.deepEqual(held(choice), ["10.8.0+26.5.0: release notes", "10.8.1+26.5.0: release notes of 10.8.0+26.5.0"]);
  });

  it("doesn't mind the notes of the version that runs, or of older ones", () => {
    assert.equal(at("10.7.1+26.4.0", ["10.7.9+26.4.0"], { noted: ["10.7.1+26.4.0", "10.0.0+26.0.0"] }).version, "10.7.9+26.4.0");
  });

  it("holds what is too young, and what only it leads to", () => {
    const young = { name: "10.7.8+26.4.0", time: now - 3600 };
    const choice = choose({ running: "10.7.1+26.4.0", tags: [young, old("10.7.9+26.4.0")], noted: [], policy: usual, now });
    assert.equal(choice.version, "10.7.1+26.4.0");
    assert.deepEqual(held(choice), ["10.7.8+26.4.0: younger than 24 h", "10.7.9+26.4.0: beyond 10.7.8+26.4.0, which is held"]);
  });

  it("stays at a running version that upstream doesn't know, and at one that is no version", () => {
    assert.equal(at("10.9.9+26.4.0", ["10.7.1+26.4.0"]).version, "10.9.9+26.4.0");
    assert.equal(at("abc1234", ["10.7.1+26.4.0"]).version, "abc1234");
  });

  it("F25: passes a pre-release over", () => {
    assert.equal(at("10.7.1+26.4.0", ["10.8.0-rc.1+26.5.0"]).version, "10.7.1+26.4.0");
  });

  it("does as the policy says", () => {
    const tags = ["1.0.1+1.0.0", "1.1.0+1.0.0", "2.0.0+2.0.0"];
    const pick = (policy: Partial<Policy>) => at("1.0.0+1.0.0", tags, { noted: ["1.1.0+1.0.0"], policy: { ...usual, ...policy } }).version;
    assert.equal(pick({ allow: "none" }), "1.0.0+1.0.0");
    assert.equal(pick({ allow: "patch" }), "1.0.1+1.0.0");
    assert.equal(pick({ allow: "minor", notes: "none" }), "1.1.0+1.0.0");
    assert.equal(pick({ allow: "major", notes: "none" }), "2.0.0+2.0.0");
  });

  const version = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(12), fc.nat(3), fc.nat(12)).map(([a, b, c, d, e]) => `${a}.${b}.${c}+${d}.${e}.0`);
  const situation = fc.record({
    running: fc.option(fc.oneof(version, fc.string()), { nil: undefined }),
    tags: fc.array(fc.record({ name: fc.oneof({ weight: 5, arbitrary: version }, fc.string()), time: fc.integer({ min: now - 10 * 86_400, max: now + 10 }) }), {
      maxLength: 12,
    }),
    noted: fc.array(version, { maxLength: 3 }),
    policy: fc.record({ allow: fc.constantFrom("none", "patch", "minor", "major"), minAgeHours: fc.nat(100), notes: fc.constantFrom("any", "none") }),
    now: fc.constant(now),
  }) as fc.Arbitrary<Situation>;

  it("F25: for any garbage, is an answer: a tag or what runs, and never a step down", () => {
    fc.assert(
      fc.property(situation, given => {
        const { version: chosen } = choose(given);
        if (chosen === undefined) return assert.equal(given.running, undefined);
        assert.ok(chosen === given.running || given.tags.some(tag => tag.name === chosen));
        const [from, to] = [parseVersion(given.running ?? ""), parseVersion(chosen)];
        if (from && to) assert.ok(compareVersions(to, from) >= 0);
      }),
    );
  });

  it("P7: for any situation, never crosses a hold, and reports every newer version it doesn't apply", () => {
    fc.assert(
      fc.property(situation, given => {
        const choice = choose(given);
        const [from, to] = [parseVersion(given.running ?? ""), parseVersion(choice.version ?? "")];
        if (!from || !to) return;
        for (const { version: text } of choice.held) assert.ok(compareVersions(parseVersion(text)!, to) >= 0);
        if (given.policy.allow !== "major" && choice.version !== given.running) assert.equal(to.recipe.major, from.recipe.major);
        if (given.policy.notes === "any")
          for (const noted of given.noted.map(text => parseVersion(text)!))
            if (given.tags.some(tag => tag.name === noted.text)) assert.ok(compareVersions(noted, from) <= 0 || compareVersions(noted, to) > 0);
        const beyond = given.tags
          .map(tag => parseVersion(tag.name))
          .filter(found => found && found.recipe.prerelease.length === 0 && compareVersions(found, to) > 0);
        for (const found of beyond) assert.ok(choice.held.some(entry => entry.version === found!.text));
      }),
    );
  });
});
