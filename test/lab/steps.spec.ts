import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runSteps, type Step } from "./steps.ts";
import { steps as labSteps } from "./up.ts";

describe("the lab's steps", () => {
  let logs: string;
  let printed: string[];
  let order: string[];
  beforeEach(async () => {
    logs = await mkdtemp(join(tmpdir(), "hearth-steps-"));
    [printed, order] = [[], []];
  });
  afterEach(() => rm(logs, { recursive: true }));

  const step = (name: string, after: string[] = [], more: Partial<Step> = {}): Step => ({
    name,
    after,
    run: async () => {
      order.push(`${name} begins`);
      await sleep(20);
      order.push(`${name} ends`);
    },
    ...more,
  });
  const go = (...steps: Step[]) => runSteps(steps, line => printed.push(line), logs);

  it("run in parallel, each after its dependencies", async () => {
    await go(step("c", ["a", "b"]), step("a"), step("b"));
    assert.deepEqual(order.slice(0, 2).toSorted(), ["a begins", "b begins"]);
    assert.deepEqual(order.slice(4), ["c begins", "c ends"]);
  });

  it("skip silently if ready", async () => {
    const took = await go(step("a", [], { ready: async () => true }), step("b", ["a"], { ready: async () => false }));
    assert.deepEqual(order, ["b begins", "b ends"]);
    assert.deepEqual(
      took.map(({ name, ready }) => [name, ready]),
      [
        ["a", true],
        ["b", false],
      ],
    );
    assert.ok(!printed.join("\n").includes(" a"));
  });

  it("report a failed command with its last lines and its log, and start no more steps", async () => {
    const failing = step("broken step", [], {
      run: async shell => void (await shell("sh", ["-c", "echo first; echo the reason >&2; exit 7"])),
    });
    await assert.rejects(
      () => go(failing, step("b", ["broken step"])),
      (error: Error) => {
        assert.match(
          error.message,
          /^lab: broken step: sh -c .*\nexit 7\n(.*\n)*  \| the reason\nlog: .*broken-step\.log$/,
        );
        return true;
      },
    );
    assert.deepEqual(order, []);
  });

  it("depend only on existing steps", () => {
    const names = new Set(labSteps.map(each => each.name));
    for (const each of labSteps)
      for (const name of each.after ?? []) assert.ok(names.has(name), `${each.name} after ${name}`);
  });
});
