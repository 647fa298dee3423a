import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tag } from "../../providers/lib/recipe/tags.ts";
import { compareVersions, parseVersion } from "../../providers/lib/recipe/version.ts";
import { candidates, choose, describeHold, rejectionOf } from "../../providers/app/release.ts";
import type { ReleaseDecision, Policy, ReleaseContext } from "../../providers/app/releaseTypes.ts";

const usual: Policy = { allow: "minor", minAgeHours: 24, notes: "any" };
const now = 2_000_000_000;
const hour = 3600;
const tag = (name: string, more: Partial<Tag> = {}): Tag => ({
  name,
  annotated: true,
  firstSeen: now - 720 * hour,
  moved: false,
  gone: false,
  ...more,
});
const nothing = { notes: {}, missing: {}, rejected: {}, approved: {}, policy: usual, now };
const at = (
  running: string | undefined,
  tags: readonly (string | Tag)[],
  more: Partial<ReleaseContext> = {},
): ReleaseDecision =>
  choose({ ...nothing, running, tags: tags.map(each => (typeof each === "string" ? tag(each) : each)), ...more });
const held = (choice: ReleaseDecision) =>
  choice.held.map(({ version, reasons }) => `${version}: ${reasons.join(", ")}`);
const left = (choice: ReleaseDecision) => choice.ignored.map(({ version, reason }) => `${version}: ${reason}`);
const policy = (more: Partial<Policy>): Policy => ({ ...usual, ...more });

describe("which version to apply", () => {
  interface Case {
    readonly title: string;
    readonly running?: string;
    readonly tags: readonly (string | Tag)[];
    readonly more?: Partial<ReleaseContext>;
    readonly chosen: string | undefined;
    readonly held?: readonly string[];
  }
  const from = "10.7.1+26.4.0";
  const cases: readonly Case[] = [
    {
      title: "is the newest of the same majors, in one step",
      tags: [from, "10.7.9+26.4.0", "10.8.0+26.5.0"],
      chosen: "10.8.0+26.5.0",
    },
    {
      title: "F25: is no pre-release of the app; the release after it is applied",
      tags: [from, "10.7.2+26.5.0-rc1", "10.7.3+26.4.0-alpine", "10.7.4+26.5.0-beta.2"],
      chosen: "10.7.3+26.4.0-alpine",
      held: ["10.7.4+26.5.0-beta.2: a pre-release of the app"],
    },
    {
      title: "F25: is no version of the app with a word that hearth doesn't know, which may mark a pre-release",
      tags: [from, "10.7.2+26.5.0-foo", `10.7.3+26.5.0-${"z".repeat(90)}`, "10.7.4+26.5.0-ls2", "10.7.5+26.5.0-M1"],
      chosen: "10.7.4+26.5.0-ls2",
      held: ["10.7.5+26.5.0-M1: a pre-release of the app"],
    },
    {
      title: "F25: is not such a version, and its reason is short",
      tags: [from, `10.7.3+26.5.0-${"z".repeat(90)}`],
      chosen: from,
      held: [`10.7.3+26.5.0-${"z".repeat(90)}: maybe a pre-release of the app: ${"z".repeat(23)}…`],
    },
    {
      title: "F25: is never a commit, with whatever prefix or case",
      tags: [from, "10.7.2+sha-9f3c2ab", "10.7.3+3F2A1BC", "10.7.4+g3f2a1bc"],
      chosen: from,
      held: [
        "10.7.2+sha-9f3c2ab: the app's version sha-9f3c2ab can't be compared with 26.4.0",
        "10.7.3+3F2A1BC: the app's version 3F2A1BC can't be compared with 26.4.0",
        "10.7.4+g3f2a1bc: the app's version g3f2a1bc can't be compared with 26.4.0",
      ],
    },
    {
      title: "F25: is never a commit, which has no order",
      tags: [from, "10.7.2+9f3c2ab"],
      chosen: from,
      held: ["10.7.2+9f3c2ab: the app's version 9f3c2ab can't be compared with 26.4.0"],
    },
    {
      title: "F25: is never ordered as text",
      tags: ["10.9.0+26.4.0", "10.10.0+26.4.0", "9.99.0+26.4.0"],
      chosen: "10.10.0+26.4.0",
    },
    {
      title: "F25: is told by the app's version where the recipe's is the same, never as text",
      tags: ["10.7.1+26.10.0", "10.7.1+26.9.0"],
      chosen: "10.7.1+26.10.0",
    },
    {
      title: "stays at what upstream doesn't know, and never goes down",
      running: "10.9.9+26.4.0",
      tags: [from],
      chosen: "10.9.9+26.4.0",
    },
    {
      title: "F25: holds a major of the recipe and of the app",
      tags: ["10.7.9+26.4.0", "10.9.0+27.0.0", "11.0.0+26.5.0"],
      chosen: "10.7.9+26.4.0",
      held: ["10.9.0+27.0.0: major of the app", "11.0.0+26.5.0: major of the recipe"],
    },
    {
      title: "holds an app's version that can't be compared, and one that goes down",
      tags: ["10.8.0+stable", "10.8.1+26.3.0"],
      chosen: from,
      held: [
        "10.8.0+stable: the app's version stable can't be compared with 26.4.0",
        "10.8.1+26.3.0: the app's version goes down",
      ],
    },
    {
      title: "doesn't mind an app's version that can't be compared where it stays",
      running: "1.0.0+stable",
      tags: ["1.1.0+stable"],
      chosen: "1.1.0+stable",
    },
    {
      title: "holds the minor of recipe and app where patches alone are allowed",
      tags: ["10.7.2+26.4.1", "10.7.3+26.5.0", "10.8.0+26.4.1"],
      more: { policy: policy({ allow: "patch" }) },
      chosen: "10.7.2+26.4.1",
      held: ["10.7.3+26.5.0: minor of the app", "10.8.0+26.4.1: minor of the recipe"],
    },
    {
      title: "holds everything where updates aren't allowed",
      tags: ["10.7.9+26.4.0"],
      more: { policy: policy({ allow: "none" }) },
      chosen: from,
      held: ["10.7.9+26.4.0: updates aren't allowed"],
    },
    {
      title: "takes a major where the policy allows it",
      tags: ["11.0.0+27.0.0"],
      more: { policy: policy({ allow: "major" }) },
      chosen: "11.0.0+27.0.0",
    },
    {
      title: "F25: holds everything beyond a version with notes, and says whose they are",
      tags: ["10.7.9+26.4.0", "10.8.0+26.5.0", "10.8.1+26.5.0"],
      more: { notes: { "10.8.0+26.5.0": "dump the database" } },
      chosen: "10.7.9+26.4.0",
      held: ["10.8.0+26.5.0: release notes", "10.8.1+26.5.0: release notes of 10.8.0+26.5.0"],
    },
    {
      title: "F25: minds the notes of a version whose tag is missing",
      tags: ["10.8.1+26.5.0"],
      more: { notes: { "10.8.0+26.5.0": "dump the database", next: "not yet", README: "" } },
      chosen: from,
      held: ["10.8.1+26.5.0: release notes of 10.8.0+26.5.0"],
    },
    {
      title: "doesn't mind the notes of what runs, of older ones, and any where the policy says so",
      tags: ["10.7.9+26.4.0"],
      more: { notes: { [from]: "done", "10.0.0+26.0.0": "done" } },
      chosen: "10.7.9+26.4.0",
    },
    {
      title: "minds no notes where the policy says so",
      tags: ["10.8.0+26.5.0"],
      more: { notes: { "10.8.0+26.5.0": "!" }, policy: policy({ notes: "none" }) },
      chosen: "10.8.0+26.5.0",
    },
    {
      title: "F36: holds by name what has a want that nobody meets; a later one that hasn't may come",
      tags: ["10.7.9+26.4.0", "10.8.0+26.5.0"],
      more: {
        missing: { "10.8.0+26.5.0": ["the variable SMTP_HOST has no value", "the secret license can't be generated"] },
      },
      chosen: "10.7.9+26.4.0",
      held: ["10.8.0+26.5.0: the variable SMTP_HOST has no value, the secret license can't be generated"],
    },
    {
      title: "P7: holds what failed here, with the day and a short reason",
      tags: ["10.7.9+26.4.0", "10.8.0+26.5.0"],
      more: { rejected: { "10.8.0+26.5.0": { at: now, why: "10.8.0+26.5.0 isn't healthy:\n app restarts" } } },
      chosen: "10.7.9+26.4.0",
      held: ["10.8.0+26.5.0: failed here on 18 May: app restarts"],
    },
    {
      title: "P7: takes the version that comes after one that failed here",
      tags: ["10.8.0+26.5.0", "10.8.1+26.5.0"],
      more: { rejected: { "10.8.0+26.5.0": { at: now, why: "no" } } },
      chosen: "10.8.1+26.5.0",
    },
    {
      title: "holds what is too young, and what only it leads to",
      tags: [tag("10.7.8+26.4.0", { firstSeen: now - hour }), "10.7.9+26.4.0"],
      chosen: from,
      held: ["10.7.8+26.4.0: younger than 24 h", "10.7.9+26.4.0: beyond 10.7.8+26.4.0, which is held"],
    },
    {
      title: "takes what is exactly old enough",
      tags: [tag("10.7.8+26.4.0", { firstSeen: now - 24 * hour })],
      chosen: "10.7.8+26.4.0",
    },
    {
      title: "minds no clock that goes wrong where no age is asked for",
      tags: [tag("10.7.8+26.4.0", { firstSeen: now + hour })],
      more: { policy: policy({ minAgeHours: 0 }) },
      chosen: "10.7.8+26.4.0",
    },
    {
      title: "F25: holds a tag that moved, and what is beyond it",
      tags: ["10.7.8+26.4.0", tag("10.7.9+26.4.0", { moved: true }), "10.8.0+26.5.0"],
      chosen: "10.7.8+26.4.0",
      held: ["10.7.9+26.4.0: its tag moved upstream", "10.8.0+26.5.0: beyond 10.7.9+26.4.0, which is held"],
    },
    {
      title: "F25: doesn't mind that the tag of what runs moved or is gone",
      tags: [tag(from, { moved: true }), tag("10.7.0+26.4.0", { gone: true }), "10.7.9+26.4.0"],
      chosen: "10.7.9+26.4.0",
    },
    {
      title: "F25: holds all where what runs is no version",
      running: "abc1234",
      tags: ["10.7.9+26.4.0"],
      chosen: "abc1234",
      held: ["10.7.9+26.4.0: the running version abc1234 is not a recipe version"],
    },
    {
      title: "tells each reason there is",
      tags: [tag("11.0.0+27.0.0", { firstSeen: now, moved: true })],
      more: {
        notes: { "11.0.0+27.0.0": "!" },
        missing: { "11.0.0+27.0.0": ["the variable A has no value"] },
        rejected: { "11.0.0+27.0.0": { at: 1, why: "" } },
      },
      chosen: from,
      held: [
        "11.0.0+27.0.0: major of the recipe, major of the app, release notes, younger than 24 h, its tag moved upstream, the variable A has no value, failed here on 1 Jan",
      ],
    },
  ];
  for (const { title, running = from, tags, more, chosen, held: expected = [] } of cases)
    it(title, () => {
      const choice = at(running, tags, more);
      assert.equal(choice.version, chosen);
      assert.deepEqual(held(choice), expected);
    });

  it("F25: reports tags that are no candidates, unless older than what runs, with the reason", () => {
    const tags = [
      "main",
      tag("v2"),
      "10.8.0-rc.1+26.5.0",
      tag("10.8.1+26.5.0", { annotated: false }),
      tag("10.8.2+26.5.0", { gone: true }),
      tag("9.0.0+1.0.0", { annotated: false }),
    ];
    const choice = at(from, tags);
    assert.equal(choice.version, from);
    assert.deepEqual(choice.held, []);
    assert.deepEqual(left(choice), [
      "main: not a recipe version",
      "v2: not a recipe version",
      "10.8.0-rc.1+26.5.0: a pre-release",
      "10.8.1+26.5.0: not an annotated tag",
      "10.8.2+26.5.0: dropped upstream",
    ]);
  });

  it("is the newest deployable one if nothing runs, whatever its majors and notes", () => {
    const tags = ["9.0.0+25.0.0", "10.9.0+26.4.0", "10.10.0+26.4.0", tag("10.11.0+26.4.0", { firstSeen: now })];
    const choice = at(undefined, tags, { notes: { "10.10.0+26.4.0": "!" }, policy: policy({ allow: "none" }) });
    assert.equal(choice.version, "10.10.0+26.4.0");
    assert.deepEqual(held(choice), ["10.11.0+26.4.0: updates aren't allowed, younger than 24 h"]);
    const rejected = { "10.10.0+26.4.0": { at: now, why: "no" }, "10.9.0+26.4.0": { at: now, why: "no" } };
    assert.equal(at(undefined, tags, { rejected }).version, "9.0.0+25.0.0");
  });

  it("is none if nothing runs and nothing can be deployed; all are held", () => {
    assert.equal(at(undefined, ["main"]).version, undefined);
    const choice = at(undefined, [tag("1.0.0+1", { firstSeen: now })]);
    assert.equal(choice.version, undefined);
    assert.deepEqual(held(choice), ["1.0.0+1: younger than 24 h"]);
  });

  it("is one of the candidates, which are listed once, oldest first", () => {
    const tags = ["10.10.0+26.4.0", "10.9.0+26.4.0", "10.9.0+26.4.0", "10.8.0-rc.1+1", "x", "10.7.1+26.4.0"].map(name =>
      tag(name),
    );
    assert.deepEqual(candidates(from, tags), ["10.9.0+26.4.0", "10.10.0+26.4.0"]);
    assert.deepEqual(candidates("abc1234", tags), ["10.7.1+26.4.0", "10.9.0+26.4.0", "10.10.0+26.4.0"]);
  });

  it("P7: holds a configured version only if it failed here and wasn't approved since", () => {
    const version = "10.8.0+26.5.0";
    const context = { ...nothing, running: from, tags: [] };
    assert.equal(rejectionOf(version, context), undefined);
    assert.equal(rejectionOf("__proto__", context), undefined);
    const failed = { ...context, rejected: { [version]: { at: now, why: "HTTP 503" } } };
    assert.equal(describeHold(rejectionOf(version, failed)!), `${version}: failed here on 18 May: HTTP 503`);
    assert.equal(rejectionOf(version, failed)!.approvable, true);
    assert.ok(rejectionOf(version, { ...failed, approved: { [version]: { at: now - 1 } } }));
    assert.equal(rejectionOf(version, { ...failed, approved: { [version]: { at: now + 1 } } }), undefined);
  });

  it("has the same description at each check while the reasons don't change", () => {
    const tags = [tag("10.8.0+26.5.0", { firstSeen: now - hour })];
    assert.deepEqual(at(from, tags, { now: now + 22 * hour }), at(from, tags));
  });
});

describe("an approval of an exact version", () => {
  const from = "10.7.1+26.4.0";
  const major = "11.0.0+27.0.0";

  it("P7: lifts every hold of that version and of the path to it", () => {
    const tags = [tag("10.8.0+26.5.0", { firstSeen: now }), tag(major, { firstSeen: now, moved: true })];
    const more = {
      notes: { "10.8.0+26.5.0": "!", [major]: "!" },
      missing: { [major]: ["the variable A has no value"] },
    };
    assert.equal(at(from, tags, more).version, from);
    const choice = at(from, tags, { ...more, approved: { [major]: { at: now } } });
    assert.equal(choice.version, major);
    assert.deepEqual(choice.held, []);
  });

  it("applies to that version alone, neither to lower nor to higher ones", () => {
    const tags = ["10.8.0+26.5.0", "10.8.1+26.5.0", major];
    const notes = { "10.8.0+26.5.0": "!", "10.8.1+26.5.0": "!" };
    const choice = at(from, tags, { notes, approved: { "10.8.0+26.5.0": { at: now } } });
    assert.equal(choice.version, "10.8.0+26.5.0");
    assert.equal(choice.afterwards, undefined);
    assert.deepEqual(held(choice), [
      "10.8.1+26.5.0: release notes",
      "11.0.0+27.0.0: major of the recipe, major of the app, release notes of 10.8.1+26.5.0",
    ]);
  });

  it("is never skipped: a later free version follows it, and isn't held", () => {
    const choice = at(from, ["10.8.0+26.5.0", "10.8.1+26.5.0", major], {
      notes: { "10.8.0+26.5.0": "!" },
      approved: { "10.8.0+26.5.0": { at: now } },
    });
    assert.equal(choice.version, "10.8.0+26.5.0");
    assert.equal(choice.afterwards, "10.8.1+26.5.0");
    assert.deepEqual(held(choice), ["11.0.0+27.0.0: major of the recipe, major of the app"]);
  });

  it("P7: counts only if it is newer than the rejection", () => {
    const pick = (yes: number, no: number) =>
      at(from, ["10.8.0+26.5.0"], {
        approved: { "10.8.0+26.5.0": { at: yes } },
        rejected: { "10.8.0+26.5.0": { at: no, why: "no" } },
      }).version;
    assert.equal(pick(now - 1, now), from);
    assert.equal(pick(now, now), from);
    assert.equal(pick(now, now - 1), "10.8.0+26.5.0");
  });

  it("leads away from an invalid running version, and never to a lower one", () => {
    assert.equal(
      at("abc1234", ["10.8.0+26.5.0"], { approved: { "10.8.0+26.5.0": { at: now } } }).version,
      "10.8.0+26.5.0",
    );
    assert.equal(at(from, ["10.7.0+26.4.0"], { approved: { "10.7.0+26.4.0": { at: now } } }).version, from);
  });

  it("F25: doesn't make a candidate of a lightweight tag, a deleted tag or a pre-release", () => {
    const tags = [
      tag("10.8.0+26.5.0", { annotated: false }),
      tag("10.8.1+26.5.0", { gone: true }),
      tag("10.9.0-rc.1+26.5.0"),
    ];
    assert.equal(
      at(from, tags, { approved: Object.fromEntries(tags.map(({ name }) => [name, { at: now }])) }).version,
      from,
    );
  });

  it("is suggested if nothing else is needed", () => {
    const choice = at(from, ["10.8.0+26.5.0", major], {
      missing: { [major]: ["the variable A has no value"] },
      notes: { "10.8.0+26.5.0": "!" },
    });
    assert.deepEqual(
      choice.held.map(({ version, approvable, notes }) => ({ version, approvable, notes })),
      [
        { version: "10.8.0+26.5.0", approvable: true, notes: ["10.8.0+26.5.0"] },
        { version: major, approvable: false, notes: ["10.8.0+26.5.0"] },
      ],
    );
  });
});

describe("for any context, the choice", () => {
  const fine = fc.tuple(
    fc.constantFrom(9, 10),
    fc.constantFrom(0, 9, 10),
    fc.nat(11),
    fc.constantFrom("26.4.0", "26.10.0", "27.0.0", "v26.9.1-3", "stable", ""),
  );
  const version = fine.map(([major, minor, patch, app]) => `${major}.${minor}.${patch}+${app}`);
  const text = fc.oneof(
    { weight: 12, arbitrary: version },
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom("10.9.0-rc.1+26.4.0", "main", "__proto__", "1e9.0.0+1"),
  );
  const moment = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: now - 48 * hour, max: now + hour }) },
    fc.constantFrom(Number.NaN, 0, Infinity, -Infinity),
  );
  const often = (weight: number) => fc.oneof({ weight, arbitrary: fc.constant(false) }, fc.constant(true));
  const tags = fc.array(
    fc.record({ name: text, annotated: often(9).map(no => !no), firstSeen: moment, moved: often(9), gone: often(9) }),
    { maxLength: 14 },
  );
  // Drawn from the tags: random keys would hardly ever match a tag's name.
  const situation: fc.Arbitrary<ReleaseContext> = tags.chain(all => {
    const name =
      all.length > 0 ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...all.map(each => each.name)) }, text) : text;
    const about = <T>(value: fc.Arbitrary<T>) =>
      fc
        .array(fc.tuple(name, value), { maxLength: 3 })
        .map(entries => Object.fromEntries(entries) as Record<string, T>);
    return fc.record({
      running: fc.option(name, { nil: undefined }),
      tags: fc.constant(all),
      notes: about(fc.string()),
      missing: about(fc.array(fc.string(), { maxLength: 2 })),
      rejected: about(fc.record({ at: moment, why: fc.string() })),
      approved: about(fc.record({ at: moment })),
      policy: fc.record({
        allow: fc.constantFrom("none", "patch", "minor", "major"),
        minAgeHours: fc.constantFrom(0, 24),
        notes: fc.constantFrom("any", "none"),
      }),
      now: fc.constant(now),
    });
  });
  const check = (holds: (given: ReleaseContext) => void) => fc.assert(fc.property(situation, holds), { numRuns: 300 });
  const parsed = (name: string | undefined) => parseVersion(name ?? "");
  const isHigher = (a: string, b: string) => compareVersions(parsed(a)!, parsed(b)!) > 0;
  const yesTo = (name: string, { approved, rejected }: ReleaseContext) =>
    name in approved && (!(name in rejected) || approved[name]!.at > rejected[name]!.at);

  it("F25: is the running version or a valid candidate, never lower, never an exception", () => {
    check(given => {
      const { version: chosen } = choose(given);
      if (chosen === given.running || chosen === undefined) return assert.equal(chosen, given.running);
      assert.ok(given.tags.some(each => each.name === chosen && each.annotated && !each.gone));
      assert.equal(parsed(chosen)?.recipe.prerelease.length, 0);
      if (parsed(given.running)) assert.ok(isHigher(chosen, given.running!));
    });
  });

  it("P7: never crosses a hold without an approval", () => {
    check(given => {
      const { running, policy: rules } = given;
      const { version: chosen } = choose(given);
      if (chosen === running || chosen === undefined || running === undefined || yesTo(chosen, given)) return;
      const [from, to] = [parsed(running), parsed(chosen)!];
      assert.ok(from, "what runs is no version: only an approval leads away from it");
      assert.ok(!(chosen in given.rejected) && !(given.missing[chosen] ?? []).length && rules.allow !== "none");
      if (rules.allow !== "major") assert.equal(to.recipe.major, from.recipe.major);
      if (rules.allow !== "major" && to.app !== from.app) assert.equal(to.appVersion!.major, from.appVersion!.major);
      if (rules.allow === "patch") assert.equal(to.recipe.minor, from.recipe.minor);
      const crossed = (name: string) => parsed(name) && isHigher(name, running) && !isHigher(name, chosen);
      if (rules.notes === "any") assert.deepEqual(Object.keys(given.notes).filter(crossed), []);
      // Two versions can order as equal (10.0.4+ and 10.0.4+stable): to apply one doesn't cross the other.
      const isBelow = (name: string) => name === chosen || isHigher(chosen, name);
      for (const name of candidates(running, given.tags)
        .filter(isBelow)
        .filter(each => !yesTo(each, given))) {
        const { moved, firstSeen } = given.tags.find(each => each.name === name)!;
        assert.ok(!moved && (rules.minAgeHours === 0 || now - firstSeen >= rules.minAgeHours * hour), name);
      }
    });
  });

  it("P7: is at least the highest approved version", () => {
    check(given => {
      const { version: chosen } = choose(given);
      for (const name of candidates(given.running, given.tags))
        if (yesTo(name, given)) assert.ok(chosen !== given.running && !isHigher(name, chosen!));
    });
  });

  it("P7: repeated from the chosen version is no lower, and holds the same versions for the same reasons", () => {
    check(given => {
      const choice = choose(given);
      const again = choose({ ...given, running: choice.version });
      assert.equal(again.version, choice.afterwards ?? choice.version);
      assert.deepEqual(again.held, choice.held);
    });
  });

  it("has short reasons, and a short line for each hold", () => {
    const long = fc.string({ unit: "binary", maxLength: 400 });
    const names = ["10.8.0+26.5.0", `10.9.0+${"9".repeat(200)}`, "11.0.0+\u001b[31mred"];
    const entries = fc.record({
      missing: fc.array(long, { maxLength: 30 }),
      why: fc.oneof(long, fc.constant("x".repeat(300)), fc.constant("exit 1: line\n".repeat(50))),
      policy: fc.constantFrom<Policy>({ allow: "patch", minAgeHours: 24, notes: "any" }),
    });
    fc.assert(
      fc.property(entries, ({ missing, why, policy: rules }) => {
        const all = Object.fromEntries(names.map(name => [name, missing]));
        const choice = at("10.7.1+26.4.0", names, {
          missing: all,
          notes: Object.fromEntries(names.map(name => [name, "!"])),
          rejected: Object.fromEntries(names.map(name => [name, { at: now, why }])),
          policy: rules,
        });
        assert.equal(choice.held.length, names.length);
        for (const hold of choice.held) {
          for (const reason of hold.reasons) {
            assert.ok(reason.length <= 80, reason);
            assert.doesNotMatch(reason, /\p{Cc}/u);
          }
          assert.ok(describeHold(hold).length <= hold.version.length + 350, describeHold(hold));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("lists every newer version that it doesn't reach, with a reason", () => {
    check(given => {
      const choice = choose(given);
      const end = choice.afterwards ?? choice.version;
      assert.deepEqual(
        choice.held.map(each => each.version),
        choice.afterwards === undefined
          ? candidates(end, given.tags)
          : choose({ ...given, running: end }).held.map(each => each.version),
      );
      for (const { reasons } of choice.held) assert.notEqual(reasons.length, 0);
    });
  });

  it("F25: is the highest version if nothing is held, whatever the order of the tags", () => {
    const number = fc.oneof(fc.nat(12), fc.constantFrom(9, 10, 99, 100));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(number, number, number), { minLength: 1, maxLength: 12, selector: String }),
        numbers => {
          const [a, b, c] = numbers.toSorted((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2]).at(-1)!;
          assert.equal(
            at(
              "0.0.0+1",
              numbers.map(each => `${each.join(".")}+1`),
              { policy: policy({ allow: "major" }) },
            ).version,
            a + b + c === 0 ? "0.0.0+1" : `${a}.${b}.${c}+1`,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
