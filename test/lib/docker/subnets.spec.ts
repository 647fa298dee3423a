import assert from "node:assert/strict";
import fc from "fast-check";
import { freeSubnet, hostRoutes, routedSubnets } from "../../../providers/lib/docker/subnets.ts";

/** Recorded: a default route, eth0's network, Docker's bridge, a VPN's route to one address. */
const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010011AC	0003	0	0	0	00000000	0	0	0
eth0	0000FE0A	00000000	0001	0	0	0	0000FFFF	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
wg0	0A02FD0A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
`;

describe("a free subnet", () => {
  it("is a /16 that overlaps no network, whichever is larger", () => {
    assert.equal(freeSubnet([]), "10.254.0.0/16");
    assert.equal(freeSubnet(["10.254.3.0/24", "10.252.0.0/15", "fd00::/8"]), "10.251.0.0/16");
  });

  it("is outside 10.0.0.0/8 if a route covers that", () => {
    assert.equal(freeSubnet(["10.0.0.0/8"]), "172.31.0.0/16");
    assert.equal(freeSubnet(["10.0.0.0/8", "172.16.0.0/12"]), "192.168.0.0/16");
  });

  it("doesn't exist if all private addresses are routed", () => {
    assert.equal(freeSubnet(["10.0.0.0/8", "172.16.0.0/12", "192.168.1.0/24"]), undefined);
    assert.equal(freeSubnet(["0.0.0.0/1", "128.0.0.0/1"]), undefined);
  });

  it("is none that the host routes, except by default", async () => {
    assert.deepEqual(routedSubnets(routes), ["10.254.0.0/16", "172.17.0.0/16", "10.253.2.10/32"]);
    assert.equal(freeSubnet(routedSubnets(routes)), "10.252.0.0/16");
    assert.ok(Array.isArray(await hostRoutes()));
  });

  it("contains no address of any other subnet", () => {
    const subnet = fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 9, max: 32 }));
    fc.assert(
      fc.property(fc.array(subnet, { maxLength: 40 }), all => {
        const found = freeSubnet(all.map(([second, third, bits]) => `10.${second}.${third}.0/${bits}`));
        const [, free] = /^10\.(\d+)\./.exec(found ?? "") ?? [];
        if (free === undefined) return;
        for (const [second, , bits] of all) {
          const size = 2 ** Math.max(0, 16 - bits);
          const first = second - (second % size);
          assert.ok(Number(free) < first || Number(free) >= first + size, `${found} and ${second}/${bits}`);
        }
      }),
    );
  });
});
