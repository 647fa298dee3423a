import assert from "node:assert/strict";
import { allowedVersion, planSync, type SyncSituation, type SyncStep } from "../../providers/app/syncPlan.ts";

const X = "1.0.0+1";
const Y = "1.1.0+2";
const deploy = (version: string): SyncStep => ({ kind: "deploy", version });
const gate = (version: string): SyncStep => ({ kind: "gate", version });
const upgrade = (from: string, to: string): SyncStep => ({ kind: "upgrade", from, to });

/** Healthy at X, which is last good and holds data; X is wanted. */
const usual: SyncSituation = {
  remedy: "none",
  current: X,
  wanted: X,
  lastGood: X,
  isEnvCurrent: true,
  hasData: true,
  failedFirst: [],
};
const lost = { lastGood: undefined };
const down = { remedy: "redeploy" } as const;
const unreachable = { remedy: "wait" } as const;

const table: [title: string, situation: Partial<SyncSituation>, steps: SyncStep[] | undefined][] = [
  ["nothing if all is as wanted", {}, []],
  ["an upgrade to another version", { wanted: Y }, [upgrade(X, Y)]],
  ["an upgrade to a changed .env", { isEnvCurrent: false }, [upgrade(X, X)]],
  ["the gate of what another person deployed, then the upgrade", { current: Y }, [gate(Y), upgrade(Y, X)]],
  [
    "P2: if last good is lost, the gate of what runs, then the upgrade",
    { ...lost, wanted: Y },
    [gate(X), upgrade(X, Y)],
  ],

  ["a deploy of the same version if the app is down", { ...down, isEnvCurrent: false }, [deploy(X)]],
  ["P2: a deploy of the same version, then the upgrade", { ...down, wanted: Y }, [deploy(X), upgrade(X, Y)]],
  [
    "P2, P4: if last good is lost and the app is down, a deploy of its version, then the upgrade",
    { ...down, ...lost, wanted: Y },
    [deploy(X), upgrade(X, Y)],
  ],
  [
    "P2: the same after a first deploy that wasn't seen to fail, or that another version followed",
    { ...down, ...lost, wanted: Y, failedFirst: ["0.9.0+1"] },
    [deploy(X), upgrade(X, Y)],
  ],
  [
    "a deploy of what is wanted if the first deploy failed",
    { ...down, ...lost, wanted: Y, failedFirst: [X] },
    [deploy(Y)],
  ],
  ["a deploy of what is wanted if no volume exists", { ...down, ...lost, wanted: Y, hasData: false }, [deploy(Y)]],
  [
    "a deploy of what is wanted if nothing was ever deployed",
    { ...down, ...lost, current: undefined, hasData: false },
    [deploy(X)],
  ],
  ["P2: none if volumes exist and their version isn't known", { ...down, ...lost, current: undefined }, undefined],
  [
    "P2: the way with a snapshot if last good exists, whatever failed first",
    { ...down, wanted: Y, failedFirst: [X] },
    [deploy(X), upgrade(X, Y)],
  ],
  ["none if what runs has no version", { current: undefined }, undefined],

  ["only its gate if it is unreachable and nothing would change", unreachable, [gate(X)]],
  ["its gate before a newer version if it is unreachable", { ...unreachable, wanted: Y }, [gate(X), upgrade(X, Y)]],
  ["a changed .env at once if it is unreachable", { ...unreachable, isEnvCurrent: false }, [upgrade(X, X)]],
  [
    "a changed .env first, then the newer version, if it is unreachable",
    { ...unreachable, wanted: Y, isEnvCurrent: false },
    [upgrade(X, X), upgrade(X, Y)],
  ],
  [
    "P2: an upgrade at once if it is unreachable and no version was healthy here",
    { ...unreachable, ...lost, wanted: Y },
    [upgrade(X, Y)],
  ],
  ["its gate if it is unreachable, was never healthy, and is as wanted", { ...unreachable, ...lost }, [gate(X)]],
  [
    "a deploy of what is wanted if it is unreachable and its first deploy failed",
    { ...unreachable, ...lost, wanted: Y, failedFirst: [X] },
    [deploy(Y)],
  ],
  [
    "only its gate if it is unreachable after its first deploy, and nothing would change",
    { ...unreachable, ...lost, hasData: false },
    [gate(X)],
  ],
];

describe("the way of an app to what is wanted", () => {
  for (const [title, situation, steps] of table)
    it(`is ${title}`, () => assert.deepEqual(planSync({ ...usual, ...situation }), steps));

  it("P7: doesn't lead to a version that failed here since it was chosen", () => {
    assert.equal(allowedVersion(Y, X, true), X);
    assert.equal(allowedVersion(Y, X, false), Y);
    assert.equal(allowedVersion(Y, undefined, true), Y, "nothing to stay at");
  });
});
