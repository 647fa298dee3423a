import assert from "node:assert/strict";
import { approvalFault } from "../../commands/approve.ts";
import { exitCode, type Pending, rowOf } from "../../commands/pending.ts";
import { warmAppInputs } from "../../providers/app/inputs.ts";

const running = "10.7.1+26.4.0";
const newer = "10.8.0+26.5.0";
const rejected = { version: newer, reasons: ["failed here on 27 Nov: HTTP 503"], notes: [], approvable: true };
const inputs = warmAppInputs.parse({
  recipe: "keycloak",
  domain: "warm-keycloak.ci.test",
  server: "default",
  version: running,
  stateDir: "/var/lib/hearth",
});
type Observed = { held?: (typeof rejected)[]; condition?: string; drifted?: string[] };
const app = (more: Partial<Pending> & Observed = {}): Pending => {
  const { held = [], condition = "healthy", drifted = [], ...rest } = more;
  return {
    inputs: { ...inputs, held, condition, drifted, recorded: true, swarm: "s" },
    failures: [],
    line: "",
    running,
    next: undefined,
    ...rest,
  };
};

describe("hearth pending", () => {
  it("exits with 10 if anything is applied, with 11 if only an operator is waited for, else with 0", () => {
    const refused = [{ property: "version", reason: "version 99.0.0+1 not found" }];
    assert.equal(exitCode([app()]), 0);
    assert.equal(exitCode([app({ held: [rejected] }), app({ next: newer })]), 10);
    assert.equal(exitCode([app({ held: [rejected] })]), 11, "P7: a rejected version isn't applied");
    assert.equal(exitCode([app({ condition: "broken" })]), 11);
    assert.equal(exitCode([app({ failures: refused })]), 11, "a version that check refuses isn't applied");
  });

  it("P7: prints a rejected version as held, never as next", () => {
    assert.deepEqual(rowOf(app({ held: [rejected], line: "keycloak …" })), {
      app: "keycloak",
      domain: "warm-keycloak.ci.test",
      running,
      condition: "healthy",
      next: undefined,
      drifted: [],
      held: [`${newer}: failed here on 27 Nov: HTTP 503`],
      line: "keycloak …",
    });
  });
});

describe("hearth approve", () => {
  const fault = (version: string, configured = "latest", held = [rejected]) =>
    approvalFault({ recipe: "keycloak", version: configured }, version, {
      candidates: [newer, "11.0.0+27.0.0"],
      inputs: app({ held }).inputs,
      running,
    });

  it("accepts a newer version, and a configured one that failed here, also below what runs", () => {
    assert.equal(fault(newer), undefined);
    assert.equal(fault("11.0.0+27.0.0"), undefined);
    assert.equal(fault("9.0.0+25.0.0", "9.0.0+25.0.0", [{ ...rejected, version: "9.0.0+25.0.0" }]), undefined);
  });

  it("refuses what the next up wouldn't apply", () => {
    assert.match(fault(running)!, /already runs at 10\.7\.1/);
    assert.match(fault("99.0.0+1")!, /keycloak has no newer version 99\.0\.0\+1; newer ones: 10\.8\.0/);
    assert.match(fault("11.0.0+27.0.0", newer)!, /is configured to run 10\.8\.0\+26\.5\.0: set its version/);
  });
});
