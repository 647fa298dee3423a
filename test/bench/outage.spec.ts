import assert from "node:assert/strict";
import { outage, type Probe } from "./outage.ts";

/** `.` succeeded, `x` failed; one GET every 100 ms, each answered after 30 ms. */
const probes = (text: string): Probe[] =>
  [...text].map((sign, index) => ({ sentAt: index * 100, answeredAt: index * 100 + 30, ok: sign === "." }));

describe("an outage", () => {
  it("lasts from the first failed GET to the next successful answer", () =>
    assert.equal(outage(probes("..xxx..")), 330));
  it("continues while the address flaps", () => assert.equal(outage(probes(".xx.x..")), 430));
  it("has no duration before a successful answer", () => assert.equal(outage(probes("..xx")), undefined));
  it("is 0 if no GET failed", () => assert.equal(outage(probes("....")), 0));
  it("orders GETs by request time, not by answer time", () => {
    const [slow, ...rest] = probes("x..");
    assert.equal(outage([...rest, { ...slow!, answeredAt: 5_000 }]), 130);
  });
});
