import assert from "node:assert/strict";
import { faultOf, type Answer } from "../../../providers/lib/health/answer.ts";
import { health } from "../../../providers/lib/health/inputs.ts";
import { judge, LOOKS, lookUntilSure } from "../../../providers/lib/health/judge.ts";
import type { Finding } from "../../../providers/lib/health/look.ts";
import { gateLine, healthWindow, NO_HEALTHCHECK_SECONDS } from "../../../providers/lib/health/window.ts";

const answer = (status: number, more: Partial<Answer> = {}): Answer => ({ status, headers: {}, body: "", ...more });

describe("the status of an answer", () => {
  const good = (statuses: readonly number[], expected = {}) =>
    statuses.filter(status => faultOf(answer(status), expected) === undefined);

  it("is good from 200 to 399", () => {
    assert.deepEqual(
      good([100, 199, 200, 201, 299, 300, 302, 399, 400, 401, 403, 404, 500, 503]),
      [200, 201, 299, 300, 302, 399],
    );
  });

  it("is good for 401 and 403 too only where that is allowed, and for nothing beside", () => {
    assert.deepEqual(good([200, 399, 400, 401, 402, 403, 404, 500], { allowUnauthorized: true }), [200, 399, 401, 403]);
    assert.deepEqual(good([401, 403], { allowUnauthorized: false }), []);
  });

  it("is good only for the one that is expected, whatever else is allowed", () => {
    assert.deepEqual(good([200, 204, 401, 404], { status: 404, allowUnauthorized: true }), [404]);
  });
});

describe("a 404", () => {
  const traefik = { headers: { "content-type": "text/plain; charset=utf-8" }, body: "404 page not found\n" };
  const by = (status: number, more: object) => faultOf(answer(status, { ...traefik, ...more }), {})?.by;

  it("is Traefik's if all of it is as Traefik's", () => assert.equal(by(404, {}), "router"));

  for (const [what, status, more] of [
    ["another status", 403, {}],
    ["another type", 404, { headers: { "content-type": "text/html" } }],
    ["no type", 404, { headers: {} }],
    ["a type that only contains it", 404, { headers: { "content-type": "x-text/plain" } }],
    ["a server's name", 404, { headers: { ...traefik.headers, server: "nginx" } }],
    ["another text", 404, { body: "404 page not found here" }],
    ["no text", 404, { body: "" }],
  ] as const)
    it(`is the app's with ${what}`, () => assert.equal(by(status, more), "app"));
});

describe("an issuer", () => {
  const issuer = "https://sso.test/realms/a";
  const found = (body: string, status = 200) => faultOf(answer(status, { body }), { issuer })?.what;

  it("must be the whole text that is expected, in a document", () => {
    assert.equal(found(JSON.stringify({ issuer })), undefined);
    assert.equal(found(JSON.stringify({ issuer: `${issuer}/` })), `issuer ${issuer}/ instead of ${issuer}`);
    for (const body of ["", "{", "null", "[]", '{"issuer": 1}', '{"issuer": null}', '"x"'])
      assert.equal(found(body), `issuer missing instead of ${issuer}`, body);
  });

  it("isn't looked for in an answer whose status is bad already", () => {
    assert.equal(found(JSON.stringify({ issuer }), 500), "HTTP 500");
  });
});

describe("the window of the gate", () => {
  it("counts in milliseconds, and the longest start decides", () => {
    const settings = health.parse({ stableFor: 10, margin: 60 });
    const start = { healthchecks: 30, lacksHealthcheck: false, timeouts: [] };
    assert.deepEqual(healthWindow(settings, start), { stableFor: 10_000, deadline: 100_000 });
    assert.equal(healthWindow(settings, { ...start, lacksHealthcheck: true }).deadline, 130_000);
    assert.equal(healthWindow(settings, { ...start, timeouts: ["Infinity", "NaN", undefined] }).deadline, 100_000);
    assert.equal(NO_HEALTHCHECK_SECONDS, 120);
  });

  it("is named in the line of the first good look alone", () => {
    const settings = health.parse({ stableFor: 7 });
    assert.equal(gateLine("good", "1.4 s", settings), "good after 1.4 s, watching for 7 s");
    assert.equal(gateLine("HTTP 502", "1.4 s", settings), "HTTP 502");
  });
});

describe("the judgement by looks", () => {
  const down = "down";
  const away = "unreachable";
  for (const [looks, isOver, expected] of [
    [[], false, undefined],
    [[down], false, undefined],
    [[down, down], false, undefined],
    [[down, down, down], false, "down"],
    [[down, "failed", down], false, undefined],
    [[down, "failed", down, down], false, "down"],
    [[down, down], true, "down"],
    [[down], true, "unreachable"],
    [["failed"], true, "failed"],
    [["failed", "failed", "failed"], false, undefined],
    [["failed", "healthy"], false, "healthy"],
    [["healthy", "failed"], true, "unreachable"],
    [[down, down, "healthy"], false, "healthy"],
    [[down, down, "not deployed"], false, "not deployed"],
    [[away, away, away], false, "unreachable"],
    [[down, down, away], false, "unreachable"],
    [["stopped", "stopped", "stopped"], false, "down"],
    [["stopped", "stopped", away], false, undefined],
    [["stopped", "stopped", away], true, "unreachable"],
    [["stopped", away, "stopped"], false, "down"],
    [[away, away, "stopped"], false, undefined],
    [[away, away, "stopped"], true, "unreachable"],
    [[away, "stopped", "stopped"], false, "down"],
  ] as const)
    it(`of ${looks.join(", ") || "none"}${isOver ? ", and no more" : ""} is ${expected ?? "open"}`, () =>
      assert.equal(judge(looks, isOver), expected));

  it("takes three looks in a row, ten at most, a second apart, and half a minute at most", async () => {
    assert.equal(LOOKS, 3);
    const stopped: Finding = { state: "down", trouble: "app isn't running", isStopped: true };
    const route: Finding = { state: "unreachable", trouble: "no answer" };
    const took = async (each: number) => {
      let [now, looks] = [0, 0];
      const clock = { now: () => now, sleep: async (ms: number) => (now += ms) };
      const look = async () => {
        now += each;
        looks += 1;
        return looks < 3 ? stopped : route;
      };
      await lookUntilSure(look, clock);
      return [looks, now];
    };
    assert.deepEqual(await took(0), [10, 9_000]);
    assert.deepEqual(await took(7_500), [4, 33_000]);
  });

  it("of one bad look, and of none after it, is that look's app with the error of the others", async () => {
    let looks = 0;
    const clock = { now: () => 0, sleep: async () => undefined };
    const seen = { state: "down", trouble: "HTTP 502", services: ["app"] } as const;
    const look = async (): Promise<Finding & { services: readonly string[] }> => {
      if ((looks += 1) > 1) throw new Error(`look ${looks}`);
      return seen;
    };
    const expected = { ...seen, state: "unreachable", trouble: "can't be observed: look 10" };
    assert.deepEqual(await lookUntilSure(look, clock), expected);
  });

  it("fails with the last error if no look succeeded", async () => {
    let looks = 0;
    const clock = { now: () => 0, sleep: async () => undefined };
    const look = () => Promise.reject(new Error(`look ${(looks += 1)}`));
    await assert.rejects(lookUntilSure(look, clock), { message: "look 10" });
  });
});
