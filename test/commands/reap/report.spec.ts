import assert from "node:assert/strict";
import type { Report } from "../../../commands/reap/reap.ts";
import {
  countsOf,
  lastLine,
  remainingLine,
  remainingOf,
  removedLine,
  skippedLine,
} from "../../../commands/reap/report.ts";

const part = (kind: "realm" | "stack" | "pulumi stack" | "run folder" | "lease", name: string) => ({
  kind,
  name,
  seen: true,
});
const docs = {
  what: "docs-9c1995",
  parts: [
    part("realm", "docs-9c1995"),
    part("stack", "docs-9c1995_ci_test"),
    part("pulumi stack", "ci-docs-9c1995"),
    part("lease", "docs-9c1995"),
  ],
  why: "holder pid 123 on ci is dead",
};
const report: Report = {
  removed: [docs, { what: "maintenance of keycloak", parts: [], why: "holder pid 7 on ci is dead" }],
  failed: [{ what: "wiki-00000a", why: "not removed: no space" }],
  skipped: [
    { what: "blog-00000b", reason: "live", detail: "pid 5 on ci" },
    { what: "blog-00000c", reason: "live" },
    { what: "realm people", reason: "foreign" },
  ],
};

describe("the reaper's report", () => {
  it("is a line for each run, with all that went of it and why", () => {
    const names = "realm, stack docs-9c1995_ci_test, pulumi stack, lease";
    assert.equal(removedLine(docs, false), `docs-9c1995: ${names} removed (holder pid 123 on ci is dead)`);
    assert.equal(removedLine(docs, true), `docs-9c1995: ${names} would be removed (holder pid 123 on ci is dead)`);
    assert.equal(
      removedLine(report.removed[1]!, false),
      "maintenance of keycloak removed (holder pid 7 on ci is dead)",
    );
    assert.equal(skippedLine(report.skipped[0]!), "skipped: blog-00000b: live (pid 5 on ci)");
  });

  it("F52: names dead runs that are left, and only those", () => {
    const skipped = (["lock holder unknown", "keycloak is down", "too young", "foreign"] as const).map(reason => ({
      what: "docs-9c1995",
      reason,
      detail: "why",
    }));
    assert.deepEqual(remainingOf({ skipped }).map(remainingLine), [
      "docs-9c1995: not removed: lock holder unknown (why)",
      "docs-9c1995: not removed: keycloak is down (why)",
    ]);
    assert.deepEqual(remainingOf(report), []);
  });

  it("F24: counts what was left alone, by its reason", () => {
    assert.equal(lastLine(report, false), "2 removed, 1 failed, 3 skipped (live 2, foreign 1)");
    assert.equal(lastLine({ ...report, failed: [], skipped: [] }, true), "2 to be removed");
    const counts = {
      removed: 2,
      realms: 1,
      stacks: 1,
      pulumiStacks: 1,
      runFolders: 0,
      leases: 1,
      failed: 1,
      skipped: 3,
      reasons: { live: 2, foreign: 1 },
    };
    assert.deepEqual(countsOf(report), counts);
  });
});
