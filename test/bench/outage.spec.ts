import assert from "node:assert/strict";
import { outage, type Get } from "./outage.ts";

/** `.` succeeds, `x` fails; one GET every 100 ms, each answered after 30 ms. */
const gets = (text: string): Get[] =>
  [...text].map((sign, index) => ({ asked: index * 100, answered: index * 100 + 30, good: sign === "." }));

describe("an outage", () => {
  it("lasts from the first failed GET to the first good answer", () => assert.equal(outage(gets("..xxx..")), 330));
  it("isn't over while it flaps", () => assert.equal(outage(gets(".xx.x..")), 430));
  it("isn't over before the first good answer", () => assert.equal(outage(gets("..xx")), undefined));
  it("is 0 without a failure", () => assert.equal(outage(gets("....")), 0));
  it("is ordered by the time of the GET, not of its answer", () => {
    const [slow, ...rest] = gets("x..");
    assert.equal(outage([...rest, { ...slow!, answered: 5_000 }]), 130);
  });
});
