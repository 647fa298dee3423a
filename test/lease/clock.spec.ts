import assert from "node:assert/strict";
import { DRAIN_LIMIT } from "../../providers/lib/coordination/maintenance.ts";
import { WAIT_LIMITS } from "../../providers/lease/request.ts";
import { MINUTE, newScheduler, START, type Scheduler } from "./scheduler.ts";
import { newApp, newHost, newRun, UNREACHABLE } from "./participants.ts";

const HOUR = 60 * MINUTE;
const WIKI = "wiki-00000a";

/** Runs all processes while the wall clock is set by hours, forward and back. Returns the milliseconds that passed. */
async function runWhileSet(scheduler: Scheduler): Promise<number> {
  let steps = 0;
  const setClock = () => {
    scheduler.setWallClock(steps++ % 2 === 0 ? 5 * HOUR : -7 * HOUR);
    return false;
  };
  await scheduler.run({ until: setClock });
  return scheduler.monotonicNow() - START;
}

describe("a wall clock that is set by hours doesn't change how long", () => {
  it("a run waits for an unreachable Keycloak", async () => {
    const scheduler = newScheduler();
    const refused = newRun(scheduler, WIKI, {}, newHost({ keycloak: UNREACHABLE })).acquire();
    assert.equal(await runWhileSet(scheduler), 2 * MINUTE);
    await assert.rejects(refused, { name: "UnavailableError" });
  });

  it("a run waits for maintenance", async () => {
    const scheduler = newScheduler();
    void newApp(scheduler, "keycloak").claim();
    await scheduler.run();
    const refused = newRun(scheduler, WIKI, { mode: "warm" }).acquire();
    assert.equal(await runWhileSet(scheduler), WAIT_LIMITS.maintenance);
    await assert.rejects(refused, { name: "UnavailableError" });
  });

  it("a run waits for a dedicated Keycloak", async () => {
    const scheduler = newScheduler();
    const refused = newRun(scheduler, WIKI, { mode: "dedicated" }, newHost({ memory: 0 })).acquire();
    assert.equal(await runWhileSet(scheduler), WAIT_LIMITS.dedicated);
    await assert.rejects(refused, { name: "UnavailableError" });
  });

  it("an upgrade waits for runs", async () => {
    const scheduler = newScheduler();
    void newRun(scheduler, WIKI).acquire();
    await scheduler.run();
    const refused = newApp(scheduler, "keycloak").drain();
    assert.equal(await runWhileSet(scheduler), DRAIN_LIMIT);
    await assert.rejects(refused, { name: "InUseError" });
  });
});
