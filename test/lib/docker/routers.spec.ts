import assert from "node:assert/strict";
import { hasHostRegexp, routerHosts, routerRules } from "../../../providers/lib/docker/routers.ts";

describe("the hosts of a router's rule", () => {
  const cases: readonly [rule: string, hosts: readonly string[]][] = [
    ["Host(`a.test`)", ["a.test"]],
    ["Host(`a.test`, `b.test`)", ["a.test", "b.test"]],
    ["Host(`a.test`) || Host(`b.test`)", ["a.test", "b.test"]],
    ['Host("a.test") && PathPrefix("/x")', ["a.test"]],
    ["(Host(`A.test`) || Host(`a.test`)) && !Host(`c.test`)", ["a.test"]],
    ["host(`a.test`)", ["a.test"]],
    ['Host ( `a.test` ,\t"b.test" )', ["a.test", "b.test"]],
    ["HostHeader(`a.test`)", ["a.test"]],
    ["!(Host(`a.test`) || Host(`b.test`)) && Host(`c.test`)", ["c.test"]],
    ["!(!Host(`a.test`) && Path(`/x`))", ["a.test"]],
    ["! Host(`a.test`) || !Path(`/`) && (Host(`b.test`))", ["b.test"]],
    ['Path(`/Host("a.test")`) && Host(`b.test`)', ["b.test"]],
    ['Query("q", ")") && Host("a.test")', ["a.test"]],
    ["HostRegexp(`a.test`) || Host(`b.test`)", ["b.test"]],
    ["HostSNI(`a.test`)", []],
    ["Host(`a.test", []],
    ["Host(a.test)", []],
    ["HostRegexp(`^.+\\.test$`)", []],
    ["PathPrefix(`/`)", []],
  ];
  for (const [rule, hosts] of cases)
    it(`of ${rule} are ${hosts.join(" and ") || "none"}`, () => assert.deepEqual(routerHosts(rule), hosts));
});

describe("a router's rule with HostRegexp", () => {
  it("is known, so that its hosts can be reported as not compared", () => {
    for (const rule of ["HostRegexp(`^.+$`)", 'Host(`a.test`) || hostregexp ("x")', "HostRegexp(`{a:.+}.test`)"])
      assert.equal(hasHostRegexp(rule), true, rule);
    for (const rule of ["Host(`a.test`)", "Path(`/HostRegexp(x)`)", "!HostRegexp(`^a`) && Host(`b.test`)"])
      assert.equal(hasHostRegexp(rule), false, rule);
  });
});

describe("the rules in a service's labels", () => {
  it("are those of HTTP routers, whatever the labels' case; Traefik ignores it", () => {
    const labels = {
      "traefik.http.routers.a.rule": "Host(`a.test`)",
      "Traefik.HTTP.Routers.B.Rule": "Host(`b.test`)",
      "traefik.tcp.routers.c.rule": "HostSNI(`c.test`)",
      "traefik.http.routers.d.service": "Host(`d.test`)",
    };
    assert.deepEqual(routerRules(labels), ["Host(`a.test`)", "Host(`b.test`)"]);
  });
});
