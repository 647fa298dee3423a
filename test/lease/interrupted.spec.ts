import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { warmAppInputs } from "../../providers/app/inputs.ts";
import { acquire } from "../../providers/lease/acquire.ts";
import { acquireHost, type Repair } from "../../providers/lease/liveHost.ts";
import type { AcquireHost, KeycloakMode, KeycloakState } from "../../providers/lease/request.ts";
import { MAINTENANCE_NAME } from "../../providers/lib/coordination/coordinationStore.ts";
import { currentProcess } from "../../providers/lib/process/identity.ts";
import { heedInterruption, interruptionFile } from "../../providers/lib/run/interruption.ts";
import { createFakeStore } from "../lib/coordination/fakeStore.ts";
import { DOWN, UNREACHABLE, UP } from "./participants.ts";
import type { Participant } from "./scheduler.ts";

describe("a run that is interrupted", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "hearth-interrupted-"))));
  afterEach(() => rm(folder, { recursive: true }));

  /** A host with the real waits; what they wait for never comes. */
  const interruptAt = async (
    line: RegExp,
    { mode = "auto" as KeycloakMode, observed = UP, dedicatedLimit = 1, maintained = false, repair = refuse },
  ) => {
    const channel = join(folder, "outputs");
    const fake = createFakeStore(() => Date.now());
    const store = fake.clientOf({ pauseAt: async () => undefined } as unknown as Participant);
    const keycloak = warmAppInputs.parse({ recipe: "keycloak", domain: "k.test", stateDir: folder });
    const holder = await currentProcess();
    if (maintained)
      await store.create(MAINTENANCE_NAME, {
        format: 1,
        kind: "maintenance",
        app: "keycloak",
        domain: "k.test",
        what: "1 → 2",
        blocks: "warm",
        startedAt: new Date().toISOString(),
        holder,
        stateDir: folder,
      });
    let interrupted = 0;
    const log = (text: string) => {
      if (!line.test(text)) return;
      interrupted = performance.now();
      void writeFile(interruptionFile(channel), "");
    };
    const request = { run: "docs-00000a", mode, keycloak: "k.test", domains: [], dedicatedLimit, holder };
    const asked = heedInterruption(signal => {
      const host: AcquireHost = {
        ...acquireHost({ keycloak, holder, repair, log, signal }),
        store,
        memory: async () => 1e12,
        observe: async (): Promise<KeycloakState> => observed,
      };
      return acquire(host, { ...request, unreachableLimit: 60_000, duration: 60_000 });
    }, channel);
    await assert.rejects(asked, { name: "InterruptedError" });
    const seconds = (performance.now() - interrupted) / 1000;
    assert.ok(interrupted > 0 && seconds < 2, `it waited ${seconds} s more`);
    assert.deepEqual(
      fake.all().filter(({ record }) => record.kind === "run"),
      [],
      "its lease is left behind",
    );
  };
  const refuse: Repair = () => Promise.reject(new Error("no repair expected"));

  it("P8: stops waiting for the end of maintenance, and leaves no lease", () =>
    interruptAt(/^waiting: keycloak is in maintenance/, { maintained: true }));

  it("P8: stops waiting for a dedicated Keycloak", () =>
    interruptAt(/^waiting: hearth:dedicatedLimit is 0/, { mode: "dedicated", dedicatedLimit: 0 }));

  it("P8: stops waiting for a Keycloak that is unreachable", () =>
    interruptAt(/^waiting: keycloak isn't reached/, { observed: UNREACHABLE }));

  it("P8: stops waiting for a repair, and gets no dedicated Keycloak instead", () => {
    const repair: Repair = async (_app, log, { signal }) => {
      log("repairing");
      await sleep(60_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    };
    return interruptAt(/^repairing$/, { observed: DOWN, repair });
  });

  it("isn't, without a `hearth run` that waits", async () => {
    const seen = await heedInterruption(async signal => signal.aborted, undefined);
    assert.equal(seen, false);
  });
});
