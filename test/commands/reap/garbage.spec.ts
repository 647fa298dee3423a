import assert from "node:assert/strict";
import fc from "fast-check";
import { stackOf } from "../../../providers/lib/docker/names.ts";
import { decide } from "../../../commands/reap/decide.ts";
import type { Plan } from "../../../commands/reap/plan.ts";
import {
  GRACE,
  LOCK_LIMIT,
  SETTLED,
  type Observed,
  type ObservedDirectory,
  type ObservedLease,
  type ObservedStack,
  type ObservedRealm,
} from "../../../commands/reap/observed.ts";
import { at, entry, HOUR, KEYCLOAK, maintenance, leaseRecord, NOW, processOf, seen, SWARM } from "./observed.ts";

// Few names, so that objects of one run coincide; and names that must never be removed.
const run = fc.constantFrom("docs-9c1995", "docsify-9c1995", "wiki-00000a", "warm-facade", "sso-00000a");
const name = fc.oneof(
  { weight: 6, arbitrary: run },
  fc.constantFrom("master", "Master", "", "people", "ci", "-000000", "../x-00000a", "__proto__"),
  fc.string(),
);
const domain = fc.oneof(
  run.map(each => `${each.slice(0, 4)}-${each.slice(-6)}.ci.test`),
  fc.constantFrom(KEYCLOAK, "warm-traefik.ci.test", "warm-00000a.ci.test", "blog.ci.test", "", "."),
  fc.string(),
);
const time = fc.oneof(
  fc.constantFrom(NOW, NOW - GRACE, NOW - GRACE + 1, NOW - SETTLED, NOW - SETTLED + 1, NOW + HOUR, 0),
  fc.integer({ min: NOW - 3 * HOUR, max: NOW }),
);
const garbage = fc.oneof(fc.string(), fc.integer(), fc.constant(undefined), fc.constant(null), fc.constant("master"));
const liveness = fc.constantFrom("alive", "dead", "unknown" as const);

const realm: fc.Arbitrary<ObservedRealm> = fc.record({
  name,
  attributes: fc.record(
    {
      "hearth.owner": fc.oneof({ weight: 4, arbitrary: fc.constant(SWARM) }, garbage),
      "hearth.run": fc.oneof({ weight: 4, arbitrary: run }, garbage),
      "hearth.made": fc.oneof({ weight: 4, arbitrary: time.map(ms => new Date(ms).toISOString()) }, garbage),
    },
    { requiredKeys: [] },
  ),
});
const marked = fc.record({ name: run, made: time }).map(({ name: of, made }): ObservedRealm => {
  return {
    name: of,
    attributes: { "hearth.owner": SWARM, "hearth.run": of, "hearth.made": new Date(made).toISOString() },
  };
});
const lease: fc.Arbitrary<ObservedLease> = fc
  .record({
    run: name,
    keycloak: fc.constantFrom("warm", "dedicated", "none" as const),
    domains: fc.array(domain, { maxLength: 3 }),
    live: fc.boolean(),
    liveness,
    held: fc.boolean(),
    expired: fc.boolean(),
  })
  .map(({ run: of, keycloak, domains, live, liveness: known, held, expired }) => ({
    entry: entry(
      leaseRecord(of || "x", {
        keycloak,
        domains,
        expiresAt: at(live || !expired ? HOUR : -1),
        ...(held ? { holder: processOf(1) } : {}),
      }),
    ),
    live,
    liveness: known,
  }));
const pulumi: fc.Arbitrary<ObservedStack> = fc.record({
  name: fc.oneof(
    run.map(each => `ci-${each}`),
    name,
  ),
  lock: fc.constantFrom("none", "alive", "dead", "unknown" as const),
  lockSince: fc.option(time, { nil: undefined }),
  changed: fc.option(time, { nil: undefined }),
  swarm: fc.constantFrom(undefined, SWARM, "swarm-2"),
});
const dir: fc.Arbitrary<ObservedDirectory> = fc.record({
  name,
  liveness: fc.constantFrom("alive", "dead", "unknown", "unrecorded" as const),
  changed: time,
});
const uniqueBy = <T>(arbitrary: fc.Arbitrary<T>, key: (value: T) => string) =>
  fc.uniqueArray(arbitrary, { maxLength: 6, selector: key });

const anything: fc.Arbitrary<Observed> = fc
  .record({
    realms: uniqueBy(fc.oneof(realm, marked), each => each.name),
    unseen: fc.boolean(),
    leases: uniqueBy(lease, each => each.entry.name),
    maintenance: fc.constantFrom(
      undefined,
      maintenance(),
      maintenance({}, true),
      maintenance({ domain: "warm-traefik.ci.test" }),
    ),
    stacks: fc.array(domain.map(stackOf), { maxLength: 6 }),
    names: fc.array(
      domain.map(each => `${stackOf(each)}_secret_v1`),
      { maxLength: 6 },
    ),
    pulumi: uniqueBy(pulumi, each => each.name),
    dirs: uniqueBy(dir, each => each.name),
    warmDomains: fc.constantFrom(["warm-traefik.ci.test", KEYCLOAK], ["docs-9c1995.ci.test", KEYCLOAK]),
  })
  .map(({ unseen, ...rest }) =>
    seen({
      ...rest,
      realms: unseen ? { unseen: { reason: "keycloak is down", detail: "no answer", failure: false } } : rest.realms,
    }),
  );

const parts = (plan: Plan, kind: string) => plan.parts.filter(part => part.kind === kind).map(part => part.name);
const runs = 5_000;

/** The observation once the plans were carried out. */
function after(given: Observed): Observed {
  const { plans } = decide(given);
  const gone = (kind: string, of: string) => plans.some(plan => parts(plan, kind).includes(of));
  return {
    ...given,
    realms: "all" in given.realms ? { all: given.realms.all.filter(each => !gone("realm", each.name)) } : given.realms,
    leases: given.leases.filter(each => !gone("lease", each.entry.record.run)),
    stacks: given.stacks.filter(each => !gone("stack", each)),
    pulumi: given.pulumi.filter(each => !gone("pulumi stack", each.name)),
    dirs: given.dirs.filter(each => !gone("run folder", each.name)),
  };
}

describe("any observation", () => {
  const always = (holds: (given: Observed, plan: Plan) => void) =>
    fc.assert(
      fc.property(anything, given => {
        for (const plan of decide(given).plans) holds(given, plan);
      }),
      { numRuns: runs },
    );

  it("P9, F24: never removes anything of an active run", () => {
    always(({ leases, dirs, pulumi: stacks }, plan) => {
      const live = leases.filter(each => each.live).map(({ entry: { record: of } }) => of);
      assert.ok(!live.some(of => of.run === plan.run));
      assert.ok(!live.some(of => of.domains.some(each => parts(plan, "stack").includes(stackOf(each)))));
      assert.ok(!dirs.some(each => each.name === plan.run && each.liveness === "alive"));
      const leased = leases.some(each => each.entry.record.run === plan.run);
      const expired = leases.some(
        ({ entry: { record: of } }) => of.run === plan.run && Date.parse(of.expiresAt) <= NOW,
      );
      const hasEnded = (since: number | undefined) => since !== undefined && NOW - since >= LOCK_LIMIT;
      const dead = dirs.some(each => each.name === plan.run && each.liveness === "dead");
      for (const of of parts(plan, "pulumi stack"))
        assert.ok(
          stacks.some(
            each =>
              each.name === of &&
              (each.lock !== "unknown" || expired || hasEnded(each.lockSince ?? each.changed)) &&
              (leased || ((dead || each.lock !== "alive") && each.swarm !== "swarm-2")),
          ),
        );
    });
  });

  it("P9: never removes master, a realm without the mark, a warm app or a Swarm stack with another name", () => {
    always(({ realms, warmDomains }, plan) => {
      assert.match(plan.run, /^[a-z0-9][a-z0-9-]*-[0-9a-f]{6}$/);
      for (const realmName of parts(plan, "realm")) {
        assert.equal(realmName, plan.run);
        assert.notEqual(realmName.toLowerCase(), "master");
        const found = "all" in realms ? realms.all.find(each => each.name === realmName) : undefined;
        if (found)
          assert.deepEqual([found.attributes?.["hearth.owner"], found.attributes?.["hearth.run"]], [SWARM, plan.run]);
      }
      for (const stack of parts(plan, "stack")) {
        assert.ok(!warmDomains.map(stackOf).includes(stack));
        assert.ok(stack.includes(`-${plan.run.slice(-6)}_`));
      }
      assert.deepEqual(
        [...parts(plan, "run folder"), ...parts(plan, "lease")].filter(of => of !== plan.run),
        [],
      );
    });
  });

  it("F24: without a lease, removes neither young realms nor, unless their process is dead, recent objects", () => {
    always(({ realms, leases, dirs, pulumi: stacks }, plan) => {
      if (leases.some(each => each.entry.record.run === plan.run)) return;
      const found = "all" in realms ? realms.all.find(each => each.name === plan.run) : undefined;
      const made = found?.attributes?.["hearth.made"];
      const folder = dirs.find(each => each.name === plan.run);
      const stack = stacks.find(each => each.name === `ci-${plan.run}`);
      if (parts(plan, "realm").length > 0 && made !== undefined) assert.ok(Date.parse(made as string) <= NOW - GRACE);
      if (parts(plan, "realm").length > 0 && made === undefined) assert.ok(!folder && !stack);
      if (folder?.liveness === "dead") return;
      for (const each of [
        parts(plan, "run folder").length > 0 && folder,
        parts(plan, "pulumi stack").length > 0 && stack,
      ])
        if (each) assert.ok(each.changed !== undefined && each.changed <= NOW - SETTLED);
    });
  });

  it("P8: keeps realms and their runs' leases while Keycloak is down or in maintenance", () => {
    always(({ realms, maintenance: there, leases }, plan) => {
      if ("all" in realms && !(there && !there.isStale && there.entry.record.domain === KEYCLOAK)) return;
      assert.deepEqual(parts(plan, "realm"), []);
      assert.ok(!leases.some(each => each.entry.record.run === plan.run && each.entry.record.keycloak === "warm"));
    });
  });

  it("P8: removes realm, stacks, Pulumi stack, folder and lease in this order, each once", () => {
    const order = ["realm", "stack", "pulumi stack", "run folder", "lease"];
    always((_, plan) => {
      const ranks = plan.parts.map(part => order.indexOf(part.kind));
      assert.deepEqual(ranks, ranks.toSorted());
      assert.equal(new Set(plan.parts.map(part => `${part.kind} ${part.name}`)).size, plan.parts.length);
      assert.equal(parts(plan, "lease").length, plan.lease ? 1 : 0);
    });
  });

  it("P8: is clean after two reaps; the second removes only realms without a creation time", () => {
    fc.assert(
      fc.property(anything, given => {
        const second = after(given);
        for (const plan of decide(second).plans) {
          assert.ok(plan.parts.every(part => part.kind === "realm" || part.kind === "stack"));
          const found = "all" in second.realms ? second.realms.all.find(each => each.name === plan.run) : undefined;
          assert.equal(found?.attributes?.["hearth.made"], undefined);
        }
        assert.deepEqual(decide(after(second)).plans, []);
      }),
      { numRuns: runs },
    );
  });
});
