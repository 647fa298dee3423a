import assert from "node:assert/strict";
import { routerHosts } from "../../../providers/lib/docker/routers.ts";

describe("the hosts of a router's rule", () => {
  const cases: readonly [rule: string, hosts: readonly string[]][] = [
    ["Host(`a.test`)", ["a.test"]],
    ["Host(`a.test`, `b.test`)", ["a.test", "b.test"]],
    ["Host(`a.test`) || Host(`b.test`)", ["a.test", "b.test"]],
    ['Host("a.test") && PathPrefix("/x")', ["a.test"]],
    ["(Host(`A.test`) || Host(`a.test`)) && !Host(`c.test`)", ["a.test"]],
    ["host(`a.test`)", ["a.test"]],
    ["HostRegexp(`^.+\\.test$`)", []],
    ["PathPrefix(`/`)", []],
  ];
  for (const [rule, hosts] of cases)
    it(`of ${rule} are ${hosts.join(" and ") || "none"}`, () => assert.deepEqual(routerHosts(rule), hosts));
});
