import assert from "node:assert/strict";
import { hostWatch, servedHosts } from "../../../providers/app/profiles/hostWatch.ts";
import type { AppTask, RoutedHost } from "../../../providers/lib/docker/routedHosts.ts";

const running = (id: string): AppTask => ({ id, state: "running", desired: "running" });
const failed = (id: string): AppTask => ({ id, state: "failed", desired: "shutdown" });
const restarting = (id: string): AppTask => ({ id, state: "ready", desired: "ready" });

/** The hosts of a swarm, and what each answers; specs change both between the looks. */
function swarmOf(tasks: Record<string, readonly AppTask[]>, answers: Record<string, number | undefined>) {
  const lines: string[] = [];
  const asked: string[] = [];
  const seen = {
    tasks,
    answers,
    lines,
    asked,
    unlisted: [] as string[],
    /** What happens while Swarm's list of tasks catches up. */
    meanwhile: () => {},
    options: {
      list: async () => ({
        hosts: Object.entries(seen.tasks).map(([name, own]): RoutedHost => ({ name, tasks: own })),
        unlisted: seen.unlisted,
      }),
      ask: async (host: string) => (asked.push(host), seen.answers[host]),
      settle: async () => seen.meanwhile(),
    },
  };
  return seen;
}

const before = { "docs.test": 200, "wiki.test": 302 };
const watch = (swarm: ReturnType<typeof swarmOf>, was: Record<string, number> = before) =>
  hostWatch(was, line => void swarm.lines.push(line), swarm.options);
const both = () => swarmOf({ "docs.test": [running("d1")], "wiki.test": [running("w1")] }, { ...before });

describe("the hosts that Traefik serves", () => {
  it("are compared: 404, 5xx or no answer is a regression while their tasks run", async () => {
    const swarm = both();
    const look = watch(swarm);
    assert.equal(await look(), undefined);
    for (const [status, words] of [
      [404, "HTTP 404"],
      [502, "HTTP 502"],
      [undefined, "nothing"],
    ] as const) {
      swarm.answers["wiki.test"] = status;
      assert.equal(await look(), `wiki.test answers ${words}; before the upgrade it answered HTTP 302`);
    }
    swarm.answers["wiki.test"] = 401;
    assert.equal(await look(), undefined);
    assert.equal(await watch(swarmOf({ "a.test": [running("a")] }, { "a.test": 404 }), { "a.test": 404 })(), undefined);
  });

  it("F50: aren't judged by one answer", async () => {
    const swarm = both();
    const look = watch(swarm);
    swarm.answers["docs.test"] = 502;
    swarm.meanwhile = () => void (swarm.answers["docs.test"] = 200);
    assert.equal(await look(), undefined);
  });

  it("F9: don't count while their app's tasks don't run: an app that crashes proves nothing against Traefik", async () => {
    const swarm = both();
    const look = watch(swarm);
    assert.equal(await look(), undefined);
    swarm.answers["docs.test"] = 502;
    // Swarm's list shows the crash a moment later.
    swarm.meanwhile = () => void (swarm.tasks["docs.test"] = [failed("d1"), restarting("d2")]);
    assert.equal(await look(), undefined);
    swarm.answers["wiki.test"] = 404;
    swarm.meanwhile = () => {};
    assert.match((await look()) ?? "", /^wiki\.test answers HTTP 404/, "the others count");
  });

  it("F9: don't count while their app restarts by itself with exit code 0", async () => {
    const swarm = both();
    const look = watch(swarm);
    await look();
    swarm.answers["docs.test"] = 502;
    swarm.tasks["docs.test"] = [{ id: "d1", state: "complete", desired: "shutdown" }, running("d2")];
    assert.equal(await look(), undefined);
  });

  it("F10: don't count again for the task that replaces a crashed one: it may crash too, and answers meanwhile", async () => {
    const swarm = both();
    const look = watch(swarm);
    await look();
    swarm.tasks["docs.test"] = [failed("d1"), running("d2")];
    swarm.answers["docs.test"] = 502;
    assert.equal(await look(), undefined);
    assert.equal(await look(), undefined);
    assert.deepEqual(swarm.lines, [
      "traefik: docs.test isn't compared any more: a task of its app ended during the check",
    ]);
    assert.match(
      (await watch(swarm)()) ?? "",
      /^docs\.test answers/,
      "a gate that begins later watches what runs then",
    );
  });

  it("don't count if another service of their app crashed: the answer is their own", async () => {
    const swarm = both();
    const look = watch(swarm);
    swarm.tasks["docs.test"] = [running("d1"), running("backend1")];
    await look();
    swarm.tasks["docs.test"] = [running("d1"), failed("backend1"), restarting("backend2")];
    swarm.answers["docs.test"] = 502;
    assert.equal(await look(), undefined);
  });

  it("count although a job of their app ended with success, and with failures of long ago", async () => {
    const swarm = both();
    swarm.tasks["docs.test"] = [failed("d0"), running("d1"), running("job")];
    const look = watch(swarm);
    await look();
    swarm.tasks["docs.test"] = [failed("d0"), running("d1"), { id: "job", state: "complete", desired: "shutdown" }];
    swarm.answers["docs.test"] = 404;
    assert.match((await look()) ?? "", /^docs\.test answers HTTP 404/);
  });

  it("don't count if they aren't declared any more, nor while an operator's deploy stops their tasks", async () => {
    const swarm = both();
    const look = watch(swarm);
    await look();
    swarm.answers = {};
    delete swarm.tasks["docs.test"];
    swarm.tasks["wiki.test"] = [{ id: "w1", state: "running", desired: "shutdown" }, running("w2")];
    assert.equal(await look(), undefined);
  });

  it("aren't listed if there is nothing to compare", async () => {
    const swarm = both();
    swarm.options.list = () => Promise.reject(new Error("listed"));
    assert.equal(await watch(swarm, {})(), undefined);
  });

  it("are recorded before the upgrade if they answer and their tasks run; the others are logged", async () => {
    const swarm = both();
    swarm.tasks["down.test"] = [failed("x"), restarting("y")];
    swarm.tasks["none.test"] = [];
    swarm.tasks["bad.test"] = [running("b")];
    Object.assign(swarm.answers, { "down.test": 404, "bad.test": 502, "docs.test": undefined });
    swarm.unlisted = ["tenants_app"];
    assert.deepEqual(await servedHosts(line => void swarm.lines.push(line), swarm.options), { "wiki.test": 302 });
    assert.deepEqual(swarm.lines, [
      "traefik: hosts of HostRegexp(…) can't be listed, so none is checked after the upgrade: tenants_app",
      "traefik: not compared after the upgrade, a task of their app doesn't run: down.test, none.test",
    ]);
    assert.ok(!swarm.asked.includes("down.test"));
  });
});
