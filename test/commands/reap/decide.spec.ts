import assert from "node:assert/strict";
import { decide } from "../../../commands/reap/decide.ts";
import type { Observed } from "../../../commands/reap/observed.ts";
import { at, dir, DOCS, HOUR, lease, maintenance, NOW, pulumi, realm, seen, SWARM } from "./observed.ts";

const WIKI = "wiki-00000a";
const APP = "docs-9c1995_ci_test";
const SSO = "sso-9c1995_ci_test";

/** `docs-9c1995: realm, ?docs-9c1995_ci_test, lease`; `?` marks what wasn't observed. */
const plans = (given: Observed): string[] =>
  decide(given).plans.map(({ run, parts }) => {
    const names = parts.map(({ kind, name, seen: there }) => (there ? "" : "?") + (kind === "stack" ? name : kind));
    return `${run}: ${names.join(", ")}`;
  });
const skips = (given: Observed): string[] => decide(given).skips.map(({ what, reason }) => `${what}: ${reason}`);
const why = (given: Observed): string[] => decide(given).plans.map(plan => plan.why);

describe("the plan for a run with a lease", () => {
  it("F22, P8: removes everything once the lease's holder is dead, the lease last", () => {
    const given = seen({
      leases: [lease()],
      realms: [realm()],
      stacks: [APP],
      names: [`${SSO}_admin_password_v1`],
      pulumi: [pulumi()],
      dirs: [dir()],
    });
    assert.deepEqual(plans(given), [`${DOCS}: realm, ${APP}, ${SSO}, pulumi stack, run folder, lease`]);
    assert.deepEqual(why(given), ["holder pid 123 on ci is dead"]);
    assert.deepEqual(skips(given), []);
  });

  it("F22: includes a realm that wasn't observed: a Pulumi that outlived its hearth may have created it since", () => {
    assert.deepEqual(plans(seen({ leases: [lease()] })), [`${DOCS}: ?realm, ?${APP}, ?${SSO}, lease`]);
    assert.deepEqual(plans(seen({ leases: [lease(DOCS, { keycloak: "none" })] })), [
      `${DOCS}: ?${APP}, ?${SSO}, lease`,
    ]);
  });

  it("P8: removes everything after the expiry of a lease without a holder", () => {
    const timed = lease();
    const { holder: _, ...unheld } = timed.entry.record;
    const given = seen({ leases: [{ ...timed, liveness: "unknown", entry: { ...timed.entry, record: unheld } }] });
    assert.deepEqual(why(given), [`its lease expired at ${at(-1)}`]);
  });

  it("P9, F24: removes nothing while the lease is active, however old the rest is", () => {
    const live = lease(DOCS, {}, { live: true, liveness: "alive" });
    const given = seen({ leases: [live], realms: [realm()], stacks: [APP], pulumi: [pulumi()], dirs: [dir()] });
    assert.deepEqual(plans(given), []);
    assert.deepEqual(decide(given).skips, [{ what: DOCS, reason: "live", detail: "pid 123 on ci" }]);
  });

  it("P9: removes nothing while the process that started the run is alive, whatever an old lease says", () => {
    assert.deepEqual(plans(seen({ leases: [lease()], dirs: [dir(DOCS, { liveness: "alive" })] })), []);
    assert.deepEqual(skips(seen({ realms: [realm()], dirs: [dir(DOCS, { liveness: "alive" })] })), [`${DOCS}: live`]);
  });

  it("P9: never contains a warm app's stack or one without the run's hex, whatever the lease contains", () => {
    const domains = ["warm-keycloak.ci.test", "wiki-facade.ci.test", "proxy", "", "docs-9c1995.other.test"];
    const given = seen({
      leases: [lease(DOCS, { domains })],
      stacks: ["warm-keycloak_ci_test", "wiki-facade_ci_test"],
    });
    assert.deepEqual(plans(given), [`${DOCS}: ?realm, ?docs-9c1995_other_test, ?${APP}, ?${SSO}, lease`]);
    assert.deepEqual(skips(given).slice(0, 2), [
      "stack warm-keycloak_ci_test: belongs to a warm app",
      "stack wiki-facade_ci_test: foreign",
    ]);
    const warm = seen({ leases: [lease()], warmDomains: ["docs-9c1995.ci.test"] });
    assert.deepEqual(plans(warm), [`${DOCS}: ?realm, ?${SSO}, lease`]);
  });

  it("P9: never contains an active run's stack, even if two recipes begin with the same letters", () => {
    const live = lease(DOCS, {}, { live: true, liveness: "alive" });
    const given = seen({ leases: [live], realms: [realm("docsify-9c1995")], stacks: [APP, SSO] });
    assert.deepEqual(plans(given), ["docsify-9c1995: realm"]);
    assert.deepEqual(skips(given), [`${DOCS}: live`, `stack ${APP}: live`, `stack ${SSO}: live`]);
  });

  it("F52, P8: ends Pulumi's lock with the lease, at the latest at its own age limit, if its holder is unknown", () => {
    const locked = (expires: number, since: number) => {
      const words = "pulumi's lock of ci-docs-9c1995 (pid 7 on 1f2e3d)";
      return seen({
        leases: [lease(DOCS, { expiresAt: at(expires) })],
        pulumi: [pulumi(DOCS, { lock: "unknown", lockWords: words, lockSince: NOW + since })],
      });
    };
    for (const [expires, since] of [
      [1, -1],
      [HOUR, -2 * HOUR + 1],
    ] as const) {
      const given = locked(expires, since);
      assert.deepEqual([plans(given), skips(given)], [[], [`${DOCS}: lock holder unknown`]], "the lease hasn't ended");
    }
    for (const [expires, since] of [
      [0, -1],
      [-31 * 24 * HOUR, -31 * 24 * HOUR],
      [HOUR, -2 * HOUR],
      [HOUR, 365 * 24 * HOUR],
    ] as const)
      assert.equal(
        decide(locked(expires, since)).plans[0]?.endedLock,
        "pulumi's lock of ci-docs-9c1995 (pid 7 on 1f2e3d)",
      );
    const live = seen({
      leases: [lease(DOCS, { expiresAt: at(1) }, { live: true, liveness: "unknown" })],
      pulumi: [pulumi(DOCS, { lock: "unknown", lockSince: NOW - 3 * HOUR })],
    });
    assert.deepEqual(skips(live), [`${DOCS}: live`]);
  });

  it("F22: waits for a Pulumi that is alive, and continues if it is dead", () => {
    for (const lock of ["alive", "dead"] as const) {
      const [plan, ...more] = decide(
        seen({ leases: [lease()], pulumi: [pulumi(DOCS, { lock, lockWords: "x" })] }),
      ).plans;
      assert.deepEqual([plan?.endedLock, more], [undefined, []]);
    }
  });
});

describe("the plan for a run without a lease", () => {
  it("F52, P8: ends a lock whose holder is unknown at its age limit, by the stack's age if it has no time", () => {
    const locked = (lockSince: number | undefined, changed = NOW - 3 * HOUR) =>
      seen({ dirs: [dir()], pulumi: [pulumi(DOCS, { lock: "unknown", lockSince, changed })] });
    for (const given of [locked(NOW - 2 * HOUR + 1), locked(undefined, NOW - HOUR)])
      assert.deepEqual([plans(given), skips(given)], [[], [`${DOCS}: lock holder unknown`]]);
    for (const given of [locked(NOW - 2 * HOUR), locked(undefined), locked(NOW - 31 * 24 * HOUR)])
      assert.deepEqual(plans(given), [`${DOCS}: pulumi stack, run folder`]);
  });

  it("F49, P8: removes what was made before the clock was set back by years", () => {
    const later = NOW + 365 * 24 * HOUR;
    assert.deepEqual(plans(seen({ pulumi: [pulumi(DOCS, { changed: later })] })), [`${DOCS}: pulumi stack`]);
    const future = realm(DOCS, { "hearth.made": at(365 * 24 * HOUR) });
    assert.deepEqual(plans(seen({ realms: [future] })), [`${DOCS}: realm, ?${APP}, ?${SSO}`]);
    const soon = realm(DOCS, { "hearth.made": at(60_000) }); // another node's clock
    assert.deepEqual(skips(seen({ realms: [soon] })), [`${DOCS}: too young`]);
  });

  it("P8: removes a realm with this swarm's mark, and the run's stacks", () => {
    const given = seen({ realms: [realm()], stacks: [APP] });
    assert.deepEqual(plans(given), [`${DOCS}: realm, ${APP}, ?${SSO}`]);
    assert.deepEqual(why(given), ["no lease"]);
  });

  it("F24: keeps a realm that is younger than the reaper's start, or of unknown age", () => {
    for (const made of [at(0), at(-59_000), at(HOUR), "yesterday", "", 7, null])
      assert.deepEqual(
        skips(seen({ realms: [realm(DOCS, { "hearth.made": made })], dirs: [dir()] })),
        [`${DOCS}: too young`],
        String(made),
      );
    assert.equal(plans(seen({ realms: [realm(DOCS, { "hearth.made": at(-60_000) })] })).length, 1);
  });

  it("F24: removes a realm without a creation time only if nothing else of its run remains", () => {
    const old = realm(DOCS, { "hearth.made": undefined });
    assert.equal(plans(seen({ realms: [old] })).length, 1);
    assert.deepEqual(plans(seen({ realms: [old], pulumi: [pulumi()] })), []);
    assert.deepEqual(plans(seen({ realms: [old], dirs: [dir()] })), []);
  });

  it("F22: removes the Pulumi stack and the folder, at once if the process is dead", () => {
    const given = seen({ pulumi: [pulumi(DOCS, { changed: NOW })], dirs: [dir()] });
    assert.deepEqual(plans(given), [`${DOCS}: pulumi stack, run folder`]);
    assert.deepEqual(why(given), ["no lease, and its process is dead"]);
  });

  it("F24: removes them after two hours if the holder is unknown", () => {
    for (const liveness of ["unrecorded", "unknown"] as const) {
      const young = seen({ pulumi: [pulumi()], dirs: [dir(DOCS, { liveness, changed: NOW - 2 * HOUR + 1 })] });
      assert.deepEqual([plans(young), skips(young)], [[], [`${DOCS}: no lease yet`]]);
      const old = seen({ pulumi: [pulumi()], dirs: [dir(DOCS, { liveness, changed: NOW - 2 * HOUR })] });
      assert.deepEqual(plans(old), [`${DOCS}: pulumi stack, run folder`]);
    }
    assert.deepEqual(skips(seen({ pulumi: [pulumi(DOCS, { changed: undefined })] })), [`${DOCS}: no lease yet`]);
    assert.deepEqual(plans(seen({ pulumi: [pulumi()] })), [`${DOCS}: pulumi stack`]);
  });

  it("P9: removes nothing while Pulumi holds the stack", () => {
    assert.deepEqual(skips(seen({ pulumi: [pulumi(DOCS, { lock: "alive" })] })), [`${DOCS}: live`]);
    assert.deepEqual(
      skips(
        seen({ pulumi: [pulumi(DOCS, { lock: "alive" })], dirs: [dir(DOCS, { liveness: "unrecorded", changed: 0 })] }),
      ),
      [`${DOCS}: live`],
    );
  });

  it("F22: waits if the hearth of that Pulumi is dead and has no lease yet", () => {
    assert.equal(plans(seen({ pulumi: [pulumi(DOCS, { lock: "alive" })], dirs: [dir()] })).length, 1);
  });

  it("P9: keeps a Pulumi stack of another swarm", () => {
    const given = seen({ pulumi: [pulumi(DOCS, { swarm: "swarm-2" })], dirs: [dir()] });
    assert.deepEqual([plans(given), skips(given)], [[], [`pulumi stack ci-${DOCS}: foreign`]]);
    assert.deepEqual(plans(seen({ pulumi: [pulumi(DOCS, { swarm: SWARM })] })), [`${DOCS}: pulumi stack`]);
    const both = seen({ pulumi: [pulumi(DOCS, { swarm: "swarm-2" })], realms: [realm()], dirs: [dir()] });
    assert.deepEqual(plans(both), [`${DOCS}: realm, ?${APP}, ?${SSO}`]);
  });
});

describe("an object that only looks like a run's", () => {
  it("P9: is kept: master, a foreign realm, a realm whose mark names another run", () => {
    const realms = [
      { name: "master" },
      realm("Master"),
      { name: "people" },
      realm("docs-0000bb", { "hearth.owner": "swarm-2" }),
      realm("docs-0000cc", { "hearth.run": undefined }),
      realm("docs-0000dd", { "hearth.run": DOCS }),
      realm("people"),
    ];
    const given = seen({ realms });
    assert.deepEqual(plans(given), []);
    assert.deepEqual(skips(given), [
      "realm master: Keycloak's own",
      "realm Master: Keycloak's own",
      "realm people: foreign",
      "realm docs-0000bb: foreign",
      "realm docs-0000cc: foreign",
      "realm docs-0000dd: foreign",
      "realm people: not a run's name",
    ]);
  });

  it("P9: is kept: a foreign realm with a dead run's name; the rest of that run is removed", () => {
    const given = seen({ leases: [lease()], realms: [realm(DOCS, { "hearth.owner": "swarm-2" })] });
    assert.deepEqual(plans(given), [`${DOCS}: ?${APP}, ?${SSO}, lease`]);
    assert.deepEqual(skips(given), [`realm ${DOCS}: foreign`]);
  });

  it("F24: is only reported: a Swarm stack with a run's name and no proof", () => {
    const given = seen({
      stacks: [
        "wiki-facade_ci_test",
        "n8n-00000b_ci_test",
        "sso-00000b_ci_test",
        "blog_ci_test",
        "docs-0000cc_other_test",
      ],
      names: ["docs-00000c_ci_test_key_v1"],
    });
    assert.deepEqual(plans(given), []);
    const reason = "only its name suggests a run";
    const alike = ["wiki-facade_ci_test", "n8n-00000b_ci_test", "sso-00000b_ci_test", "docs-00000c_ci_test"];
    assert.deepEqual(
      skips(given),
      alike.map(name => `stack ${name}: ${reason}`),
    );
  });

  it("isn't reported if a lease or a realm proves its owner", () => {
    const live = lease(DOCS, {}, { live: true, liveness: "alive" });
    assert.deepEqual(skips(seen({ leases: [live], stacks: [APP, SSO] })), [`${DOCS}: live`]);
  });

  it("P9: is kept: leases, folders and Pulumi stacks without a run's name", () => {
    const given = seen({ leases: [lease("master"), lease("../..")], pulumi: [pulumi("plain")], dirs: [dir("people")] });
    assert.deepEqual(plans(given), []);
    assert.deepEqual(new Set(skips(given).map(text => text.replace(/^.*: /, ""))), new Set(["not a run's name"]));
    assert.equal(skips(given).length, 4);
  });
});

describe("a Keycloak whose realms are skipped", () => {
  const down = { unseen: { reason: "keycloak is down", detail: "no connection", failure: false } } as const;

  it("F20: keeps the leases of the runs that used it, for the next reap", () => {
    const given = seen({
      realms: down,
      leases: [lease(), lease(WIKI, { keycloak: "dedicated" })],
      dirs: [dir("blog-00000b")],
    });
    assert.deepEqual(
      plans(given),
      [`${WIKI}: ?wiki-00000a_ci_test, ?sso-00000a_ci_test, lease`, "blog-00000b: run folder"].toSorted(),
    );
    assert.deepEqual(decide(given).skips, [{ what: DOCS, reason: "keycloak is down", detail: "no connection" }]);
  });

  it("P8: keeps its realms during maintenance, also if that began after they were observed", () => {
    const given = seen({ realms: [realm(), realm(WIKI)], leases: [lease()], maintenance: maintenance() });
    assert.deepEqual(plans(given), []);
    assert.deepEqual(skips(given), [`${DOCS}: keycloak is in maintenance`]);
    assert.equal(decide(given).staleMaintenance, undefined);
  });

  it("P8: isn't skipped if its maintenance is stale, which is removed", () => {
    const given = seen({ realms: [realm()], leases: [lease()], maintenance: maintenance({}, true) });
    assert.equal(plans(given).length, 1);
    assert.equal(decide(given).staleMaintenance?.name, "hearth-maintenance");
  });

  it("isn't skipped if another app is in maintenance", () => {
    const given = seen({
      realms: [realm()],
      maintenance: maintenance({ app: "traefik", domain: "warm-traefik.ci.test" }),
    });
    assert.equal(plans(given).length, 1);
  });
});
