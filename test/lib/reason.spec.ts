import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_REASON, printable, shorten, shortReason } from "../../providers/lib/reason.ts";

describe("a short reason", () => {
  const cases: readonly (readonly [title: string, text: string, reason: string])[] = [
    ["is a short text as it is", "HTTP 503", "HTTP 503"],
    ["is empty for an empty text", " \n ", ""],
    [
      "of a failed gate omits the app, the version and the time, which the line has",
      "keycloak at 10.8.0+26.5.0 isn't healthy: app isn't running (after 63 s)",
      "app isn't running",
    ],
    [
      "of a task that Swarm replaced is its exit code and its health",
      "keycloak at 10.8.0+26.5.0 isn't healthy: app isn't running (app: task: non-zero exit (143): dockerexec: unhealthy container) (after 63 s)",
      "app exits 143, unhealthy",
    ],
    ["of several lines is one line", "10.8.0+26.5.0 isn't healthy:\n app\trestarts\r\n", "app restarts"],
    [
      "of abra is the text of its FATA line",
      "abra: deploy a.test at 1.0.0+1: INFO checking\nWARN old\nFATA[0012] network nowhere not found\n",
      "network nowhere not found",
    ],
    ["of abra without a FATA line omits the command", "abra: deploy a.test at 1.0.0+1: no such file", "no such file"],
    [
      "of docker omits what its API prepends",
      "docker: load the compose files of 1.0.0+1: exit 1: Error response from daemon: rpc error: code = InvalidArgument desc = name must be valid",
      "name must be valid",
    ],
    ["keeps a time-out, which has no output", "git: fetch keycloak: timed out", "git: fetch keycloak: timed out"],
    ["has no terminal escapes", "\u001b[31mred\u001b[0m \u001b]0;title\u0007text\u009b1m\u0000\u007f", "red text"],
    ["has no marks that reorder text", "a\u202eb\u2066c\u200f", "abc"],
  ];
  for (const [title, text, reason] of cases) it(title, () => assert.equal(shortReason(text), reason));

  it("of a long text ends after a word", () => {
    const reason = shortReason(`${"word ".repeat(100)}`);
    assert.equal(reason, `${"word ".repeat(15).trim()}…`);
  });

  it("of a word of 300 characters is its begin", () => {
    assert.equal(shortReason("x".repeat(300)), `${"x".repeat(MAX_REASON - 1)}…`);
  });

  it("is never cut inside a surrogate pair", () => {
    for (const before of ["", "x"]) assert.ok(shortReason(`${before}${"😀".repeat(100)}`).endsWith("😀…"));
    assert.equal(shorten("😀😀", 2), "…");
  });

  it("of megabytes takes no time", () => {
    const start = process.cpuUsage();
    for (const text of ["x".repeat(2e6), "a: ".repeat(1e6), `${"line\n".repeat(4e5)}FATA the end`]) shortReason(text);
    assert.ok(process.cpuUsage(start).user < 500_000);
  });

  it("of any text is one well-formed line within the limit, and stays as it is if shortened again", () => {
    const text = fc
      .array(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.constantFrom(
            "abra: x: ",
            "a at b isn't healthy: ",
            "FATA ",
            "docker: a: exit 1: ",
            "\u001b[1m",
            "\n",
            "\ud800",
          ),
          fc.constantFrom(
            "task: non-zero exit (1)",
            ": unhealthy container",
            " (after 3 s)",
            "rpc error: code = A desc = ",
          ),
        ),
        { maxLength: 8 },
      )
      .map(parts => parts.join(""));
    fc.assert(
      fc.property(text, given => {
        const reason = shortReason(given);
        assert.ok(reason.length <= MAX_REASON);
        assert.ok(reason.isWellFormed());
        assert.doesNotMatch(reason, /[\p{Cc}\p{Bidi_Control}]/u);
        assert.equal(shortReason(reason), reason);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps newlines and tabs where whole texts are cleaned", () => {
    assert.equal(printable("a\tb\r\nc\rd\u0008"), "a\tb\nc\nd");
  });
});
