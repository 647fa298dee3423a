import assert from "node:assert/strict";
import { UnreadableRecordError } from "../../../providers/lib/coordination/coordinationStore.ts";
import { type LeaseRecord } from "../../../providers/lib/coordination/records.ts";
import { PATIENCE, reap } from "../../../commands/reap/reap.ts";
import { SkippedError } from "../../../commands/reap/host.ts";
import { FakeHost, REAPER } from "./fakeHost.ts";
import { at, dir, DOCS, HOUR, maintenance, leaseRecord, NOW, processOf, pulumi, realm } from "./observed.ts";

const WIKI = "wiki-00000a";
const APP = "docs-9c1995_ci_test";
const LEASE = "hearth-run-9c1995";

describe("the reaper", () => {
  let host: FakeHost;
  beforeEach(() => void (host = new FakeHost()));

  /** Adds everything that a killed `hearth run` leaves behind. */
  function leave(run: string, more: Partial<LeaseRecord> = {}): void {
    host.store.add(leaseRecord(run, { holder: processOf(123), expiresAt: at(HOUR), ...more }));
    host.realmsThere.push(realm(run));
    host.pulumiThere.push(pulumi(run, { changed: NOW }));
    host.dirsThere.push(dir(run));
  }
  const names = () => host.store.entries.map(each => each.name);
  const lines = (report: Awaited<ReturnType<typeof reap>>) => ({
    removed: report.removed.map(({ what, parts }) => `${what}: ${parts.map(({ kind }) => kind).join(", ")}`),
    failed: report.failed.map(({ what, why }) => `${what} ${why}`),
    skipped: report.skipped.map(({ what, reason }) => `${what}: ${reason}`),
  });

  it("F22, P8: removes all of a killed run under its locks, the lease last; a second reap does nothing", async () => {
    leave(DOCS);
    host.listStacks = [APP, "blog_ci_test"];
    const report = await reap(host);
    assert.deepEqual(lines(report), {
      removed: [`${DOCS}: realm, stack, pulumi stack, run folder, lease`],
      failed: [],
      skipped: [],
    });
    assert.equal(report.removed[0]?.why, "holder pid 123 on ci is dead");
    assert.deepEqual(host.changes(), [
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
    assert.deepEqual(host.listStacks, ["blog_ci_test"]);
    host.did.length = 0;
    assert.deepEqual(lines(await reap(host)), { removed: [], failed: [], skipped: [] });
    assert.deepEqual(host.changes(), []);
  });

  it("F24, P9: observes realms before leases, so that a run that starts in between is never an orphan", async () => {
    host.realms = async () => {
      const all = [realm(DOCS, { "hearth.made": at(-HOUR) })];
      host.store.add(leaseRecord(DOCS, { holder: processOf(5), expiresAt: at(HOUR) }));
      host.alive.add(5);
      return { all };
    };
    assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: live`]);
    assert.deepEqual(host.changes(), []);
  });

  it("P9: changes nothing if a record is unreadable", async () => {
    leave(DOCS);
    host.store.list = () =>
      Promise.reject(new UnreadableRecordError("the swarm's config x isn't written as this hearth writes them"));
    await assert.rejects(() => reap(host), { name: "UnreadableRecordError" });
    assert.deepEqual(host.did, []);
  });

  it("F39, P9: doesn't count a run as dead before its expiry if its holder is unknown", async () => {
    leave(DOCS);
    host.unknown.add(123);
    host.dirsThere = [dir(DOCS, { liveness: "unknown" })];
    assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: live`]);
    host.time += HOUR;
    const report = await reap(host);
    assert.deepEqual(lines(report).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
    assert.equal(report.removed[0]?.why, `its lease expired at ${at(HOUR)}`);
  });

  it("changes nothing with --dry-run, and lists what would be removed", async () => {
    leave(DOCS);
    host.store.add(maintenance({ domain: "warm-traefik.ci.test" }).entry.record);
    host.stale = true;
    const report = await reap(host, { dryRun: true });
    assert.deepEqual(lines(report).removed, [
      "maintenance of keycloak: ",
      `${DOCS}: realm, pulumi stack, run folder, lease`,
    ]);
    assert.deepEqual(host.changes(), []);
    assert.equal(host.store.entries.length, 2);
  });

  it("removes only the named runs if it gets names", async () => {
    leave(DOCS);
    leave(WIKI);
    assert.deepEqual(lines(await reap(host, { only: [WIKI] })).removed, [
      `${WIKI}: realm, pulumi stack, run folder, lease`,
    ]);
    assert.deepEqual(names(), [LEASE]);
  });

  describe("and processes that still work on a dead run", () => {
    it("F22: waits for Pulumi, then observes again", async () => {
      leave(DOCS);
      host.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW })];
      host.sleep = async ms => {
        host.time += ms;
        if (host.time < NOW + 20_000) return;
        host.pulumiThere = [pulumi(DOCS, { changed: NOW })];
        host.realmsThere = [];
        await host.store.remove(host.store.entries[0]!); // a destroy removes the lease too
      };
      assert.deepEqual(lines(await reap(host)), {
        removed: [`${DOCS}: pulumi stack, run folder`],
        failed: [],
        skipped: [],
      });
      assert.deepEqual(names(), []);
    });

    it("F22: waits at most five minutes, after the other runs, then skips the run with the reason", async () => {
      leave(DOCS);
      leave(WIKI);
      host.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW }), pulumi(WIKI)];
      const report = await reap(host);
      assert.deepEqual(lines(report).removed, [`${WIKI}: realm, pulumi stack, run folder, lease`]);
      assert.deepEqual(report.skipped, [
        { what: DOCS, reason: "in use by Pulumi", detail: `pulumi's lock of ci-${DOCS} (pid 5)` },
      ]);
      assert.ok(host.time - NOW >= PATIENCE && host.time - NOW < PATIENCE + 5_000);
      assert.deepEqual(names(), [LEASE], "untouched, for the next reap");
      assert.equal(host.store.entries[0]?.version, 1);
    });

    it("F22: doesn't wait at the start of a run", async () => {
      leave(DOCS);
      host.pulumiThere = [pulumi(DOCS, { lock: "alive", changed: NOW })];
      assert.deepEqual(lines(await reap(host, { patience: 0, only: [DOCS] })).skipped, [`${DOCS}: in use by Pulumi`]);
      assert.equal(host.time, NOW);
    });

    it("F22: waits for a provider that outlived its CLI, and skips the run if it doesn't end", async () => {
      leave(DOCS);
      host.lockedUntil[DOCS] = NOW + 60_000;
      assert.deepEqual(lines(await reap(host)).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
      leave(WIKI);
      host.lockedUntil[WIKI] = Number.POSITIVE_INFINITY;
      assert.deepEqual(lines(await reap(host)).skipped, [`${WIKI}: in use by Pulumi`]);
    });

    it("F52, P8: breaks a lock that ended although its holder is unknown, and no other that comes meanwhile", async () => {
      const words = `pulumi's lock of ci-${DOCS} (pid 5)`;
      const ended = pulumi(DOCS, { lock: "unknown", lockWords: words, lockSince: NOW - 3 * HOUR });
      leave(DOCS);
      host.pulumiThere = [{ ...ended, lockWords: "another lock" }];
      assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: lock holder unknown`]);
      host.pulumiThere = [ended];
      assert.deepEqual(lines(await reap(host)).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
      assert.ok(host.did.includes(`break ${words}`));
    });

    it("F52: looks at locks in a backend that is no file only of runs that are over", async () => {
      leave(DOCS);
      leave(WIKI);
      host.alive.add(124);
      host.store.add(leaseRecord("blog-00000b", { holder: processOf(124), expiresAt: at(HOUR) }));
      const unseen = { lock: undefined, changed: NOW };
      host.pulumiThere = [
        pulumi(DOCS, unseen),
        pulumi(WIKI, unseen),
        pulumi("blog-00000b", unseen),
        pulumi("shop-00000c", unseen),
      ];
      host.remoteLocks = { [`ci-${DOCS}`]: "dead", [`ci-${WIKI}`]: "alive" };
      const dry = lines(await reap(host, { dryRun: true }));
      assert.deepEqual(
        host.did.filter(each => each.startsWith("lock ci-")),
        [`lock ci-${DOCS}`, `lock ci-${WIKI}`],
      );
      const done = lines(await reap(host));
      assert.deepEqual(dry.removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
      assert.deepEqual(dry.removed, done.removed);
      assert.ok(host.did.includes(`break pulumi's lock of ci-${DOCS} (pid 5)`));
      for (const each of [dry, done]) assert.ok(each.skipped.includes(`${WIKI}: in use by Pulumi`));
    });

    it("P9: skips a run if the liveness of Pulumi's lock becomes unknown", async () => {
      leave(DOCS);
      host.before[`lock ci-${DOCS}`] = () =>
        void (host.pulumiThere = [pulumi(DOCS, { lock: "unknown", changed: NOW })]);
      assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: lock holder unknown`]);
    });
  });

  describe("and a run that starts again meanwhile", () => {
    it("P9, F24: skips it if its lease changed since it was observed", async () => {
      leave(DOCS);
      host.before[`lock ci-${DOCS}`] = async () => {
        const [there] = host.store.entries;
        await host.store.replace(there!, leaseRecord(DOCS, { holder: processOf(5), expiresAt: at(HOUR) }));
      };
      assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: changed meanwhile`]);
      assert.equal(host.realmsThere.length, 1);
    });

    it("P9, F24: skips an orphan that has a lease by now", async () => {
      host.realmsThere = [realm()];
      host.pulumiThere = [pulumi()];
      host.before[`lock ci-${DOCS}`] = () => host.store.add(leaseRecord(DOCS, { holder: processOf(5) }));
      assert.deepEqual(lines(await reap(host)).skipped, [`${DOCS}: changed meanwhile`]);
      assert.equal(host.realmsThere.length, 1);
    });

    it("P9: holds its lease meanwhile, with an expiry", async () => {
      leave(DOCS);
      let there: LeaseRecord | undefined;
      host.before[`dir ${DOCS}`] = () => void (there = host.store.entries[0]?.record as LeaseRecord);
      await reap(host);
      assert.deepEqual(there?.holder, REAPER);
      assert.ok(Date.parse(there!.expiresAt) > NOW);
    });

    it("P8: gives an orphan a lease meanwhile, which lists its remains if the removal fails", async () => {
      host.realmsThere = [realm()];
      host.listStacks = [APP];
      host.before[`stack ${APP}`] = () => Promise.reject(new Error("docker: no space"));
      assert.deepEqual(lines(await reap(host)), {
        removed: [`${DOCS}: realm`],
        failed: [`${DOCS} not removed: docker: no space`],
        skipped: [],
      });
      const left = host.store.entries[0]?.record as LeaseRecord;
      assert.deepEqual(
        [left.run, left.holder, left.domains],
        [DOCS, undefined, ["docs-9c1995.ci.test", "sso-9c1995.ci.test"]],
      );
      host.time += 1;
      assert.deepEqual(lines(await reap(host)).removed, [`${DOCS}: stack, lease`]);
      assert.deepEqual([host.listStacks, names()], [[], []]);
    });
  });

  describe("and failures", () => {
    it("F20, P8: restores the lease if a removal fails, removes the other runs, retries in the next reap", async () => {
      leave(DOCS);
      leave(WIKI);
      host.before[`realm ${DOCS}`] = () => Promise.reject(new Error("keycloak: delete realm docs-9c1995: HTTP 500"));
      const report = await reap(host);
      assert.deepEqual(lines(report).failed, [`${DOCS} not removed: keycloak: delete realm docs-9c1995: HTTP 500`]);
      assert.deepEqual(lines(report).removed, [`${WIKI}: realm, pulumi stack, run folder, lease`]);
      assert.deepEqual(
        host.store.entries[0]?.record,
        leaseRecord(DOCS, { holder: processOf(123), expiresAt: at(HOUR) }),
      );
      assert.equal(host.pulumiThere.length, 1);
      assert.ok(host.did.includes(`unlock ${DOCS}`));
      assert.deepEqual(lines(await reap(host)).removed, [`${DOCS}: realm, pulumi stack, run folder, lease`]);
    });

    it("F20: skips a run whose Keycloak goes down meanwhile, which is not a failure", async () => {
      leave(DOCS);
      host.before[`realm ${DOCS}`] = () => Promise.reject(new SkippedError("keycloak is down", "no connection"));
      assert.deepEqual(lines(await reap(host)), { removed: [], failed: [], skipped: [`${DOCS}: keycloak is down`] });
      assert.deepEqual(names(), [LEASE]);
    });

    it("P8: skips realms during maintenance, also if that began after they were observed", async () => {
      leave(DOCS);
      leave(WIKI, { keycloak: "none" });
      host.realmsThere = [realm()];
      host.before[`lock ci-${DOCS}`] = () => host.store.add(maintenance().entry.record);
      host.alive.add(7);
      const report = lines(await reap(host));
      assert.deepEqual(report.skipped, [`${DOCS}: keycloak is in maintenance`]);
      assert.deepEqual(report.removed, [`${WIKI}: pulumi stack, run folder, lease`]);
      assert.deepEqual(names(), [LEASE, "hearth-maintenance"]);
    });

    it("P8: doesn't query a Keycloak in maintenance", async () => {
      leave(DOCS);
      host.store.add(maintenance().entry.record);
      assert.deepEqual(
        lines(await reap(host)).skipped,
        [`${DOCS}: keycloak is in maintenance`],
        "its holder is dead, but its operation is open",
      );
      assert.ok(!host.did.includes("list realms"));
    });

    it("P8: removes maintenance if its holder is dead and its operation is over", async () => {
      host.store.add(maintenance().entry.record);
      host.stale = true;
      const report = await reap(host);
      assert.deepEqual(report.removed, [
        { what: "maintenance of keycloak", parts: [], why: "holder pid 7 on ci is dead, and no operation is open" },
      ]);
      assert.deepEqual(host.changes(), ["claim hearth-maintenance", "remove hearth-maintenance"]);
    });

    it("P1: skips maintenance that another process took over since it was observed", async () => {
      const { record: old } = maintenance().entry;
      host.store.add(old);
      host.stale = true;
      const { replace: rewrite } = host.store;
      host.store.replace = async (entry, text) => {
        host.store.replace = rewrite;
        await rewrite.call(host.store, host.store.entries[0]!, { ...old, holder: processOf(8) });
        return rewrite.call(host.store, entry, text);
      };
      assert.deepEqual(lines(await reap(host)).skipped, ["maintenance of keycloak: changed meanwhile"]);
      assert.deepEqual(names(), ["hearth-maintenance"]);
    });

    it("F35: reports a failed query of Keycloak, and removes what doesn't depend on it", async () => {
      host.unseen = {
        reason: "keycloak query failed",
        detail: "keycloak: log in as admin: HTTP 401: admin's password is refused",
        failure: true,
      };
      leave(DOCS);
      leave(WIKI, { keycloak: "dedicated" });
      const report = lines(await reap(host));
      assert.deepEqual(report.failed, [
        "warm-keycloak.ci.test keycloak: log in as admin: HTTP 401: admin's password is refused",
      ]);
      assert.deepEqual(report.removed, [`${WIKI}: pulumi stack, run folder, lease`]);
      assert.deepEqual(report.skipped, [`${DOCS}: keycloak query failed`]);
    });
  });

  it("P9: reads the swarm of a Pulumi stack without other proof, and skips another swarm's", async () => {
    leave(WIKI);
    host.pulumiThere.push(pulumi(DOCS), pulumi("blog-00000b", { changed: NOW }));
    host.swarms[`ci-${DOCS}`] = "swarm-2";
    const report = lines(await reap(host));
    assert.deepEqual(report.skipped, [`blog-00000b: no lease yet`, `pulumi stack ci-${DOCS}: foreign`]);
    assert.deepEqual(
      host.did.filter(each => each.startsWith("swarm of")),
      [`swarm of ci-${DOCS}`],
    );
  });
});
