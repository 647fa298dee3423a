import assert from "node:assert/strict";
import { UnreadableNoteError, type LeaseNote } from "../../../providers/lib/coordination/coordinationStore.ts";
import { PATIENCE, reap } from "../../../commands/reap/reap.ts";
import { LeftAloneError } from "../../../commands/reap/host.ts";
import { FakeWorld, REAPER } from "./fakeHost.ts";
import { at, dir, DOCS, HOUR, maintenance, note, NOW, owner, pulumi, realm } from "./observed.ts";

const WIKI = "wiki-00000a";
const APP = "docs-9c1995_ci_test";
const LEASE = "hearth-run-9c1995";

describe("a pass of the reaper", () => {
  let world: FakeWorld;
  beforeEach(() => void (world = new FakeWorld()));

  /** All that a run of a killed `hearth run` leaves. */
  function leave(run: string, more: Partial<LeaseNote> = {}): void {
    world.board.hang(note(run, { owner: owner(123), until: at(HOUR), ...more }));
    world.realmsThere.push(realm(run));
    world.pulumiThere.push(pulumi(run, { changed: NOW }));
    world.dirsThere.push(dir(run));
  }
  const names = () => world.board.entries.map(each => each.name);
  const lines = (report: Awaited<ReturnType<typeof reap>>) => ({
    removed: report.removed.map(({ what, parts }) => `${what}: ${parts.map(({ kind }) => kind).join(", ")}`),
    failed: report.failed.map(({ what, why }) => `${what} ${why}`),
    skipped: report.skipped.map(({ what, reason }) => `${what}: ${reason}`),
  });

  it("F22, P8: takes away all that a killed run left, under its locks and its own lease, which goes last; twice in a row, the second does nothing", async () => {
    leave(DOCS);
    world.stacksThere = [APP, "blog_ci_test"];
    const report = await reap(world);
    assert.deepEqual(lines(report), {
      removed: [`${DOCS}: realm, stack, pulumi stack, run folder, lease`],
      failed: [],
      skipped: [],
    });
    assert.equal(report.removed[0]?.why, "owner pid 123 on ci is dead");
    assert.deepEqual(world.changes(), [
      `lock ${DOCS}`,
      `claim ${LEASE}`,
      `realm ${DOCS}`,
      `stack ${APP}`,
      "stack sso-9c1995_ci_test",
      `pulumi ci-${DOCS}`,
      `dir ${DOCS}`,
      `remove ${LEASE}`,
      `unlock ${DOCS}`,
    ]);
    assert.deepEqual(world.stacksThere, ["blog_ci_test"]);
    world.did.length = 0;
    assert.deepEqual(lines(await reap(world)), { removed: [], failed: [], skipped: [] });
    assert.deepEqual(world.changes(), []);
  });

  it("F24, P9: looks at the realms before the leases, so that a run that begins in between is never an orphan", async () => {
    world.realms = async () => {
      const all = [realm(DOCS, { "hearth.made": at(-HOUR) })];
      world.board.hang(note(DOCS, { owner: owner(5), until: at(HOUR) }));
      world.alive.add(5);
      return { all };
    };
    assert.deepEqual(lines(await reap(world)).skipped, [`${DOCS}: live`]);
    assert.deepEqual(world.changes(), []);
  });

  it("P9: changes nothing where the board can't be understood", async () => {
    leave(DOCS);
    world.board.all = () =>
      Promise.reject(new UnreadableNoteError("the swarm's config x isn't written as this hearth writes them"));
    await assert.rejects(() => reap(world), { name: "UnreadableNoteError" });
    assert.deepEqual(world.did, []);
  });

  it("F39, P9: never takes a run for dead whose owner can't be looked at from here, until its end has passed", async () => {
    leave(DOCS);
    world.unknown.add(123);
    world.dirsThere = [dir(DOCS, { life: "unknown" })];
    assert.deepEqual(lines(await reap(world)).skipped, [`${DOCS}: live`]);
    world.time += HOUR;
    const report = await reap(world);
    assert.deepEqual(lines(report).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
    assert.equal(report.removed[0]?.why, `its end, ${at(HOUR)}, has passed`);
  });

  it("--dry-run changes nothing, and says what would go", async () => {
    leave(DOCS);
    world.board.hang(maintenance({ domain: "warm-traefik.ci.test" }).entry.note);
    world.leftOver = true;
    const report = await reap(world, { dryRun: true });
    assert.deepEqual(lines(report).removed, [
      "maintenance of keycloak: ",
      `${DOCS}: realm, pulumi stack, run folder, lease`,
    ]);
    assert.deepEqual(world.changes(), []);
    assert.equal(world.board.entries.length, 2);
  });

  it("is for the named runs alone where it is asked so", async () => {
    leave(DOCS);
    leave(WIKI);
    assert.deepEqual(lines(await reap(world, { only: [WIKI] })).removed, [
      `${WIKI}: realm, pulumi stack, run folder, lease`,
    ]);
    assert.deepEqual(names(), [LEASE]);
  });

  describe("and what still works on a dead run", () => {
    it("F22: Pulumi is waited for, and what it made or took away meanwhile is seen", async () => {
      leave(DOCS);
      world.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW })];
      world.sleep = async ms => {
        world.time += ms;
        if (world.time < NOW + 20_000) return;
        world.pulumiThere = [pulumi(DOCS, { changed: NOW })];
        world.realmsThere = [];
        await world.board.remove(world.board.entries[0]!); // a destroy takes its lease along
      };
      assert.deepEqual(lines(await reap(world)), {
        removed: [`${DOCS}: pulumi stack, run folder`],
        failed: [],
        skipped: [],
      });
      assert.deepEqual(names(), []);
    });

    it("F22: it is waited for at most five minutes, and then skipped with the reason; the others are done first", async () => {
      leave(DOCS);
      leave(WIKI);
      world.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW }), pulumi(WIKI)];
      const report = await reap(world);
      assert.deepEqual(lines(report).removed, [`${WIKI}: realm, pulumi stack, run folder, lease`]);
      assert.deepEqual(report.skipped, [
        { what: DOCS, reason: "in use by Pulumi", detail: `pulumi's lock of ci-${DOCS} (pid 5)` },
      ]);
      assert.ok(world.time - NOW >= PATIENCE && world.time - NOW < PATIENCE + 5_000);
      assert.deepEqual(names(), [LEASE], "untouched, for the next pass");
      assert.equal(world.board.entries[0]?.version, 1);
    });

    it("F22: it isn't waited for at the start of a run", async () => {
      leave(DOCS);
      world.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW })];
      assert.deepEqual(lines(await reap(world, { patience: 0, only: [DOCS] })).skipped, [`${DOCS}: in use by Pulumi`]);
      assert.equal(world.time, NOW);
    });

    it("F22: a provider that outlived its CLI is waited for, and skipped where it doesn't end", async () => {
      leave(DOCS);
      world.lockedUntil[DOCS] = NOW + 60_000;
      assert.deepEqual(lines(await reap(world)).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
      leave(WIKI);
      world.lockedUntil[WIKI] = Number.POSITIVE_INFINITY;
      assert.deepEqual(lines(await reap(world)).skipped, [`${WIKI}: in use by Pulumi`]);
    });

    it("P9: whose Pulumi's lock can't be judged any more is left alone", async () => {
      leave(DOCS);
      world.instead[`lock ci-${DOCS}`] = () =>
        void (world.pulumiThere = [pulumi(DOCS, { lock: "unknown", changed: NOW })]);
      assert.deepEqual(lines(await reap(world)).skipped, [`${DOCS}: its lock can't be judged`]);
    });
  });

  describe("and a run that begins again meanwhile", () => {
    it("P9, F24: is left alone where its lease changed since it was seen", async () => {
      leave(DOCS);
      world.instead[`lock ci-${DOCS}`] = async () => {
        const [there] = world.board.entries;
        await world.board.rewrite(there!, note(DOCS, { owner: owner(5), until: at(HOUR) }));
      };
      assert.deepEqual(lines(await reap(world)).skipped, [`${DOCS}: changed meanwhile`]);
      assert.equal(world.realmsThere.length, 1);
    });

    it("P9, F24: is left alone where an orphan has a lease by now", async () => {
      world.realmsThere = [realm()];
      world.pulumiThere = [pulumi()];
      world.instead[`lock ci-${DOCS}`] = () => world.board.hang(note(DOCS, { owner: owner(5) }));
      assert.deepEqual(lines(await reap(world)).skipped, [`${DOCS}: changed meanwhile`]);
      assert.equal(world.realmsThere.length, 1);
    });

    it("P9: finds the lease held by the reaper while it works, with an end", async () => {
      leave(DOCS);
      let there: LeaseNote | undefined;
      world.instead[`dir ${DOCS}`] = () => void (there = world.board.entries[0]?.note as LeaseNote);
      await reap(world);
      assert.deepEqual(there?.owner, REAPER);
      assert.ok(Date.parse(there!.until) > NOW);
    });

    it("P8: an orphan gets a lease for the time, so that what is left of it is known if this fails half-way", async () => {
      world.realmsThere = [realm()];
      world.stacksThere = [APP];
      world.instead[`stack ${APP}`] = () => Promise.reject(new Error("docker: no space"));
      assert.deepEqual(lines(await reap(world)), {
        removed: [`${DOCS}: realm`],
        failed: [`${DOCS} isn't gone: docker: no space`],
        skipped: [],
      });
      const left = world.board.entries[0]?.note as LeaseNote;
      assert.deepEqual(
        [left.run, left.owner, left.domains],
        [DOCS, undefined, ["docs-9c1995.ci.test", "sso-9c1995.ci.test"]],
      );
      world.time += 1;
      assert.deepEqual(lines(await reap(world)).removed, [`${DOCS}: stack, lease`]);
      assert.deepEqual([world.stacksThere, names()], [[], []]);
    });
  });

  describe("that meets trouble", () => {
    it("F20, P8: keeps the lease as it was where something couldn't go, does the other runs, and finds it again", async () => {
      leave(DOCS);
      leave(WIKI);
      world.instead[`realm ${DOCS}`] = () => Promise.reject(new Error("keycloak: delete realm docs-9c1995: HTTP 500"));
      const report = await reap(world);
      assert.deepEqual(lines(report).failed, [`${DOCS} isn't gone: keycloak: delete realm docs-9c1995: HTTP 500`]);
      assert.deepEqual(lines(report).removed, [`${WIKI}: realm, pulumi stack, run folder, lease`]);
      assert.deepEqual(world.board.entries[0]?.note, note(DOCS, { owner: owner(123), until: at(HOUR) }));
      assert.equal(world.pulumiThere.length, 1);
      assert.ok(world.did.includes(`unlock ${DOCS}`));
      assert.deepEqual(lines(await reap(world)).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
    });

    it("F20: leaves a run alone whose Keycloak went down meanwhile, without calling that a failure", async () => {
      leave(DOCS);
      world.instead[`realm ${DOCS}`] = () => Promise.reject(new LeftAloneError("keycloak isn't up", "no connection"));
      assert.deepEqual(lines(await reap(world)), { removed: [], failed: [], skipped: [`${DOCS}: keycloak isn't up`] });
      assert.deepEqual(names(), [LEASE]);
    });

    it("P8: leaves realms alone once maintenance is up, also where that began after the look", async () => {
      leave(DOCS);
      leave(WIKI, { keycloak: "none" });
      world.realmsThere = [realm()];
      world.instead[`lock ci-${DOCS}`] = () => world.board.hang(maintenance().entry.note);
      world.alive.add(7);
      const report = lines(await reap(world));
      assert.deepEqual(report.skipped, [`${DOCS}: keycloak is in maintenance`]);
      assert.deepEqual(report.removed, [`${WIKI}: pulumi stack, run folder, lease`]);
      assert.deepEqual(names(), [LEASE, "hearth-maintenance"]);
    });

    it("P8: doesn't even ask a Keycloak in maintenance", async () => {
      leave(DOCS);
      world.board.hang(maintenance().entry.note);
      assert.deepEqual(
        lines(await reap(world)).skipped,
        [`${DOCS}: keycloak is in maintenance`],
        "its owner is dead, but its operation is open",
      );
      assert.ok(!world.did.includes("look at realms"));
    });

    it("P8: takes down maintenance whose owner is dead and whose operation is over", async () => {
      world.board.hang(maintenance().entry.note);
      world.leftOver = true;
      const report = await reap(world);
      assert.deepEqual(report.removed, [
        { what: "maintenance of keycloak", parts: [], why: "owner pid 7 on ci is dead, and no operation is open" },
      ]);
      assert.deepEqual(world.changes(), ["claim hearth-maintenance", "remove hearth-maintenance"]);
    });

    it("P1: leaves maintenance alone that somebody else took over since it was seen", async () => {
      const { note: old } = maintenance().entry;
      world.board.hang(old);
      world.leftOver = true;
      const { rewrite } = world.board;
      world.board.rewrite = async (entry, text) => {
        world.board.rewrite = rewrite;
        await rewrite.call(world.board, world.board.entries[0]!, { ...old, owner: owner(8) });
        return rewrite.call(world.board, entry, text);
      };
      assert.deepEqual(lines(await reap(world)).skipped, ["maintenance of keycloak: changed meanwhile"]);
      assert.deepEqual(names(), ["hearth-maintenance"]);
    });

    it("F35: says that a Keycloak can't be asked, and does what doesn't hang on it", async () => {
      world.unseen = {
        reason: "keycloak can't be asked",
        detail: "keycloak: log in as admin: HTTP 401: admin's password is refused",
        failure: true,
      };
      leave(DOCS);
      leave(WIKI, { keycloak: "cold" });
      const report = lines(await reap(world));
      assert.deepEqual(report.failed, [
        "warm-keycloak.ci.test keycloak: log in as admin: HTTP 401: admin's password is refused",
      ]);
      assert.deepEqual(report.removed, [`${WIKI}: pulumi stack, run folder, lease`]);
      assert.deepEqual(report.skipped, [`${DOCS}: keycloak can't be asked`]);
    });
  });

  it("P9: asks whose swarm a Pulumi stack is of that nothing else proves to be ours, and leaves another's", async () => {
    leave(WIKI);
    world.pulumiThere.push(pulumi(DOCS), pulumi("blog-00000b", { changed: NOW }));
    world.swarms[`ci-${DOCS}`] = "swarm-2";
    const report = lines(await reap(world));
    assert.deepEqual(report.skipped, [`blog-00000b: no lease yet`, `pulumi stack ci-${DOCS}: foreign`]);
    assert.deepEqual(
      world.did.filter(each => each.startsWith("swarm of")),
      [`swarm of ci-${DOCS}`],
    );
  });
});
