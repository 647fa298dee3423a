import assert from "node:assert/strict";
import type { Operation } from "../../providers/lib/state/operation.ts";
import { rejectionAtEnd } from "../../providers/app/rejection.ts";

const operation: Operation = {
  format: 1,
  id: "op-1",
  kind: "upgrade",
  recipe: "keycloak",
  domain: "warm-keycloak.ci.test",
  from: "1.0.0+1",
  to: "1.1.0+1",
  step: "restore",
  startedAt: "2026-11-27T03:00:00.000Z",
  stepStartedAt: "2026-11-27T03:00:00.000Z",
  why: "HTTP 503",
  rollingBack: true,
  rejectsTarget: true,
  baseline: {},
  holder: { host: "h", boot: "b", pidns: "p", pid: 1, started: 1 },
};

describe("an open operation", () => {
  it("P7: rejects its target at its end if the version failed, or an operator restored an older one", () => {
    assert.equal(rejectionAtEnd(operation), "HTTP 503");
    const restore = { ...operation, kind: "restore", rejectsTarget: undefined } as const;
    assert.equal(rejectionAtEnd(restore), "an operator restored an older version");
  });

  it("rejects nothing while it goes forward, after an interrupted deploy, and at a changed .env", () => {
    assert.equal(rejectionAtEnd({ ...operation, rollingBack: false }), undefined);
    assert.equal(rejectionAtEnd({ ...operation, rejectsTarget: false }), undefined);
    assert.equal(rejectionAtEnd({ ...operation, to: operation.from! }), undefined);
  });
});
