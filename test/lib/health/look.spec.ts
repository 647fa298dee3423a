import assert from "node:assert/strict";
import type { Culprit } from "../../../providers/lib/health/answer.ts";
import { health } from "../../../providers/lib/health/inputs.ts";
import { findingOf, lookAt } from "../../../providers/lib/health/look.ts";
import type { Service } from "../../../providers/lib/docker/stack.ts";

const domain = "sso.test";
const app = { domain, health: health.parse({}), ingress: false };
const routed = (rule: string) => ({ "traefik.enable": "true", "traefik.http.routers.sso.rule": rule });
const service = (more: Partial<Service> = {}): Service => ({
  id: "s1",
  name: "app",
  running: 1,
  desired: 1,
  completed: 0,
  isCurrent: undefined,
  update: undefined,
  rollback: undefined,
  labels: routed("Host(`sso.test`)"),
  stopGrace: 10,
  ...more,
});
const finding = (by: Culprit, ingress = false, services = [service()]) =>
  findingOf({ what: "HTTP 404", by }, { ...app, ingress }, services).state;

describe("a look at an app", () => {
  it("finds nothing deployed, or a task that doesn't run with Swarm's reason", async () => {
    assert.equal((await lookAt(app, [], async () => "unused")).state, "not deployed");
    assert.deepEqual(await lookAt(app, [service({ running: 0 })], async () => "app: No such image"), {
      state: "down",
      trouble: "app isn't running (app: No such image)",
      final: false,
      isStopped: true,
    });
  });

  describe("that is being updated", () => {
    const serves = async () => undefined;
    const fails = async () => ({ what: "HTTP 502", by: "app" as const });
    const updating = service({ update: "updating", running: 0 });
    const look = (services: Service[], ask: typeof serves | typeof fails, toleratesUpdates = true) =>
      lookAt(app, services, async () => undefined, { toleratesUpdates, ask });

    it("is healthy if it serves, unless the look is the gate's", async () => {
      for (const update of ["updating", "rollback_started"])
        assert.equal((await look([service({ update })], serves)).state, "healthy");
      assert.equal((await look([updating, service({ name: "db" })], serves)).state, "healthy");
      const seen = await look([updating], serves, false);
      assert.deepEqual(seen, { state: "down", trouble: "app is being updated", final: false, isStopped: false });
    });

    it("is down if it doesn't serve, or if a service beside it doesn't run", async () => {
      assert.equal((await look([updating], fails)).trouble, "app is being updated");
      const db = service({ name: "db", running: 0 });
      assert.equal((await look([updating, db], serves)).state, "down");
      assert.equal((await look([service({ update: "updating", running: 0, desired: 0 })], serves)).state, "down");
      assert.equal((await look([service({ update: "paused", isCurrent: false })], serves)).state, "down");
    });
  });

  it("blames the route, not the app, for an unresolved name, a failed connection and a missing router", () => {
    for (const by of ["name", "route", "router"] as const) assert.equal(finding(by), "unreachable");
    assert.equal(finding("app"), "down");
    assert.equal(
      findingOf({ what: "HTTP 404", by: "router" }, app, [service()]).trouble,
      "HTTP 404: the ingress has no router for it",
    );
  });

  it("blames an app whose labels don't route its domain", () => {
    assert.equal(finding("router", false, [service({ labels: {} })]), "down");
    for (const rule of ["Host(`other.test`)", "Host(`my-sso.test`)", "Host(`sso.test.other`)", "!Host(`sso.test`)"])
      assert.equal(finding("router", false, [service({ labels: routed(rule) })]), "down", rule);
    for (const rule of ["Host(`a.test`, `SSO.test`)", 'Host("sso.test") && PathPrefix("/")', "HostRegexp(`^sso\\.`)"])
      assert.equal(finding("router", false, [service({ labels: routed(rule) })]), "unreachable", rule);
    const { "traefik.enable": _, ...ignored } = routed("Host(`sso.test`)");
    assert.equal(finding("router", false, [service({ labels: ignored })]), "down", "Traefik ignores the service");
    assert.equal(
      finding("router", false, [service({ labels: { ...ignored, "traefik.enable": "True" } })]),
      "unreachable",
    );
  });

  it("blames the ingress itself, except for an unresolved name", () => {
    assert.equal(finding("name", true), "unreachable");
    for (const by of ["route", "router", "app"] as const) assert.equal(finding(by, true), "down");
  });
});
