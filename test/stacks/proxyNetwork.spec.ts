import assert from "node:assert/strict";
import { proxyNetwork } from "../../stacks/proxyNetwork.ts";

const now = new Date("2026-01-05T03:00:00Z");
const network = (name: string, subnet: string) => ({ id: `id-${name}`, name, subnets: [subnet] });

describe("the network proxy", () => {
  it("is imported where the host has it, and no difference changes it", () => {
    const { args, options } = proxyNetwork([network("proxy", "10.0.1.0/24")], [], now);
    assert.deepEqual(args, { name: "proxy", driver: "overlay", attachable: true });
    assert.deepEqual(options, { retainOnDelete: true, ignoreChanges: ["*"], import: "id-proxy" });
  });

  it("is made anew where the host lost it: a label that no state has is a difference, and none is ignored", () => {
    const { args, options } = proxyNetwork([network("ingress", "10.0.0.0/24")], [], now);
    assert.deepEqual(options, { retainOnDelete: true });
    assert.deepEqual(args.labels, [{ label: "hearth.created", value: "2026-01-05T03:00:00.000Z" }]);
    const later = proxyNetwork([], [], new Date(now.getTime() + 1));
    assert.notDeepEqual(later.args.labels, args.labels, "also if hearth made it before");
    assert.deepEqual({ ...later.args, labels: args.labels }, args, "in the same subnet, if it is free");
  });

  it("gets a /16 that no network and no route of the host has, else Docker's default", () => {
    const [{ subnet } = { subnet: "" }] = proxyNetwork([], [], now).args.ipamConfigs ?? [];
    assert.match(subnet, /\/16$/);
    for (const { args } of [proxyNetwork([network("vpn", subnet)], [], now), proxyNetwork([], [subnet], now)])
      assert.ok(args.ipamConfigs && args.ipamConfigs[0]?.subnet !== subnet);
    assert.equal(proxyNetwork([], ["0.0.0.0/0"], now).args.ipamConfigs, undefined);
  });
});
