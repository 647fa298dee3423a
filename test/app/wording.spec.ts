import assert from "node:assert/strict";
import { BrokenError } from "../../providers/app/errors.ts";
import { brokenMessage } from "../../providers/app/failure.ts";
import { describeHold, describeReasons } from "../../providers/app/release.ts";
import { rejectionReasons, unfitReason } from "../../providers/app/releaseReasons.ts";
import { upgrade } from "../../providers/app/upgrade.ts";
import { freshDisk, FROM, processOn, TO } from "./fakeHost.ts";

describe("what is said of a held version", () => {
  it("names four reasons, and counts the others", () => {
    assert.equal(describeReasons([]), "");
    assert.equal(describeReasons(["a", "b", "c", "d"]), "a, b, c, d");
    assert.equal(describeReasons(["a", "b", "c", "d", "e"]), "a, b, c, d and 1 more");
    const hold = { version: TO, reasons: ["a", "b", "c", "d", "e", "f"], notes: [], approvable: true };
    assert.equal(describeHold(hold), `${TO}: a, b, c, d and 2 more`);
  });

  it("says on which day it failed here, in UTC, and why", () => {
    const on = (text: string, why = "HTTP 503") => rejectionReasons({ at: Date.parse(text) / 1000, why });
    assert.deepEqual(on("2026-01-01T00:00:00Z"), ["failed here on 1 Jan: HTTP 503"]);
    assert.deepEqual(on("2026-12-31T23:59:59Z"), ["failed here on 31 Dec: HTTP 503"]);
    const months = Array.from({ length: 12 }, (_, at) => on(`2026-${`${at + 1}`.padStart(2, "0")}-15T00:00:00Z`)[0]);
    assert.equal(
      months.map(text => /15 (\w+)/.exec(text!)![1]).join(" "),
      "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    );
    assert.deepEqual(on("2026-01-01T00:00:00Z", ""), ["failed here on 1 Jan"]);
    assert.deepEqual(rejectionReasons({ at: Number.NaN, why: "HTTP 503" }), ["failed here: HTTP 503"]);
    assert.deepEqual(rejectionReasons(undefined), []);
  });

  it("says first why a tag is no candidate", () => {
    const tag = { name: "1.0.0+1", annotated: true, firstSeen: 0, moved: false, gone: false };
    assert.equal(unfitReason(tag), undefined);
    assert.equal(unfitReason({ ...tag, gone: true }), "dropped upstream");
    assert.equal(unfitReason({ ...tag, name: "1.0.0-rc.1+1", gone: true }), "a pre-release");
    assert.equal(unfitReason({ ...tag, name: "1.0.0-rc.1+1", annotated: false }), "not an annotated tag");
    assert.equal(unfitReason({ ...tag, name: "main", annotated: false }), "not a recipe version");
  });
});

describe("the alert of an app", () => {
  it("that is broken names the step, the version, and every command", async () => {
    const disk = freshDisk({ good: [] });
    await assert.rejects(upgrade(processOn(disk).host, { from: FROM, to: TO }), {
      name: "BrokenError",
      message:
        `app is broken: app at ${FROM} isn't healthy: HTTP 503. hearth changes nothing until you run ` +
        "hearth retry app, hearth restore app or hearth accept app",
    });
    const [key, alert] = Object.entries(disk.alerts).at(-1)!;
    assert.match(key, / broken verifyRollback$/);
    assert.deepEqual(
      { ...alert, todo: "" },
      {
        key,
        severity: "critical",
        why: `app at ${FROM} isn't healthy: HTTP 503`,
        attempted: TO,
        recovered: false,
        fatal: undefined,
        diagnostics: "/failures/1",
        todo: "",
      },
    );
    assert.equal(alert.todo.match(/hearth (?:retry|restore|accept) app/g)?.length, 3);
  });

  it("whose health stays open says that nothing is undone", async () => {
    const disk = freshDisk();
    const { host } = processOn(disk);
    const away = { ...host, gate: () => Promise.resolve({ health: "inconclusive" as const, why: "no answer" }) };
    await assert.rejects(upgrade(away, { from: FROM, to: TO }), { name: "InconclusiveError" });
    const [[key, alert] = []] = Object.entries(disk.alerts);
    assert.match(key!, / inconclusive$/);
    assert.deepEqual([alert?.severity, alert?.recovered, alert?.attempted], ["warning", false, TO]);
    assert.match(alert!.todo, /undoes nothing/);
  });

  it("of earlier says where its diagnostics are, if there are any", () => {
    assert.equal(
      brokenMessage("app", "HTTP 503", "/failures/1"),
      "app is broken: HTTP 503; diagnostics are in /failures/1. hearth changes nothing until you run " +
        "hearth retry app, hearth restore app or hearth accept app",
    );
    assert.match(brokenMessage("app", "HTTP 503", undefined), /^app is broken: HTTP 503\. hearth/);
    assert.equal(new BrokenError("x").name, "BrokenError");
  });
});
