import assert from "node:assert/strict";
import { measureRow, timed, type Row } from "./row.ts";

describe("a row of the bench", () => {
  const messages: string[] = [];
  const log = (line: string) => void messages.push(line);
  const row = (measure: () => Promise<{ up: number; teardown: number }>): Row => ({
    name: "r",
    title: "r",
    contenders: [{ name: "a", warmUp: true, measure }],
    goals: [{ phase: "teardown", contender: "a", against: ["a"], atMost: 0.5, description: "half of itself" }],
  });

  it("counts every run but the warm-up", async () => {
    const ups = [100, 3, 1, 2];
    const measured = await measureRow(
      row(async () => ({ up: ups.shift()!, teardown: 5 })),
      { runs: 3, interrupted: new AbortController().signal, log },
    );
    assert.deepEqual(measured.contenders[0]!.phases.up.samples, [3, 1, 2]);
    assert.equal(measured.contenders[0]!.phases.up.median, 2);
    assert.deepEqual([measured.goals[0]!.ratio, measured.goals[0]!.met], [1, false]);
    assert.match(messages[0]!, /^r: warm-up: a: up in 0\.10 s, teardown in 0\.01 s$/);
  });

  it("stops between two measurements when interrupted", async () => {
    const controller = new AbortController();
    let taken = 0;
    const measure = async () => {
      taken += 1;
      controller.abort(new Error("enough"));
      return { up: 1, teardown: 1 };
    };
    await assert.rejects(() => measureRow(row(measure), { runs: 3, interrupted: controller.signal, log }), {
      message: "enough",
    });
    assert.equal(taken, 1);
  });

  it("tears down, also if setting up or measuring failed", async () => {
    let ended = 0;
    const tearDown = async () => void (ended += 1);
    const settings = { runs: 1, interrupted: new AbortController().signal, log };
    await measureRow({ ...row(async () => ({ up: 1, teardown: 1 })), tearDown }, settings);
    await assert.rejects(() => measureRow({ ...row(() => Promise.reject(new Error("no way"))), tearDown }, settings), {
      message: "no way",
    });
    const setUp = () => Promise.reject(new Error("half-way"));
    await assert.rejects(
      () => measureRow({ ...row(async () => ({ up: 1, teardown: 1 })), setUp, tearDown }, settings),
      {
        message: "half-way",
      },
    );
    assert.equal(ended, 3);
  });

  it("supports custom phases, a default number of runs, and absolute limits", async () => {
    const contenders = [{ name: "a", warmUp: false, measure: async () => ({ "2 GB": 1_001 }) }];
    const limits = [{ phase: "2 GB", contender: "a", atMost: 1_000, description: "within 1 s" }] as const;
    const measured = await measureRow(
      { name: "r", title: "r", runs: 2, contenders, goals: [], limits },
      { runs: undefined, interrupted: new AbortController().signal, log },
    );
    assert.deepEqual(measured.contenders[0]!.phases["2 GB"].samples, [1_001, 1_001]);
    assert.deepEqual(measured.limits, [{ ...limits[0], median: 1_001, met: false }]);
  });

  it("tears down after a failed `up`, then throws the failure of `up`", async () => {
    let gone = false;
    const up = () => Promise.reject(new Error("no token"));
    await assert.rejects(() => timed(up, async () => void (gone = true)), { message: "no token" });
    assert.equal(gone, true);
  });
});
