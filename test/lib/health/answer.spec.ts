import assert from "node:assert/strict";
import { faultOf, type Answer } from "../../../providers/lib/health/answer.ts";

const answer = (status: number, more: Partial<Answer> = {}): Answer => ({ status, headers: {}, body: "", ...more });
const goNotFound = { headers: { "content-type": "text/plain; charset=utf-8" }, body: "404 page not found\n" };

describe("an answer through the ingress", () => {
  it("is good with 2xx and 3xx; with 401 and 403 only if they are allowed", () => {
    for (const status of [200, 204, 302, 308]) assert.equal(faultOf(answer(status), {}), undefined);
    for (const status of [401, 403]) {
      assert.equal(faultOf(answer(status), { allowUnauthorized: true }), undefined);
      assert.equal(faultOf(answer(status), {})?.by, "app");
    }
    for (const status of [400, 404, 500, 502]) assert.ok(faultOf(answer(status), { allowUnauthorized: true }));
  });

  it("must have the expected status exactly", () => {
    assert.equal(faultOf(answer(404), { status: 404 }), undefined);
    assert.equal(faultOf(answer(401), { status: 200, allowUnauthorized: true })?.what, "HTTP 401");
  });

  it("is Traefik's own if it is a bare 404 in plain text", () => {
    assert.deepEqual(faultOf(answer(404, goNotFound), {}), { what: "HTTP 404", by: "router", status: 404 });
    const apps = [
      { ...goNotFound, body: "404 page not found: /x" },
      { ...goNotFound, headers: { "content-type": "text/html" } },
      { ...goNotFound, headers: { ...goNotFound.headers, server: "nginx" } },
    ];
    for (const each of apps) assert.equal(faultOf(answer(404, each), {})?.by, "app");
    assert.equal(faultOf(answer(503, goNotFound), {})?.by, "app");
  });
});
