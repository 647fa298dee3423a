import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { appFolder, type AppFolder } from "../../../providers/lib/state/appFolder.ts";
import { failedFirstDeploys } from "../../../providers/lib/state/firstDeploy.ts";
import { readGuards } from "../../../providers/lib/state/guards.ts";
import { readOperation } from "../../../providers/lib/state/operation.ts";
import { repairsSince } from "../../../providers/lib/state/repairs.ts";
import { isUndeployedOnPurpose } from "../../../providers/lib/state/undeployedOnPurpose.ts";
import { readApproved, readLastGood, readRejected } from "../../../providers/lib/state/versions.ts";

const at = "2026-03-14T03:00:00.000Z";
const undecided = { recoveries: 1, ms: 1_000.5, boot: "b", at: 5_000.5 };
const operation = {
  format: 1,
  id: "20260314T030000.000Z-0a1b2c",
  kind: "upgrade",
  recipe: "web",
  domain: "a.test",
  swarm: "s1",
  from: "1.0.0+1",
  to: "1.1.0+2",
  step: "gate",
  snapshot: "20260314T030000.000Z-0a1b2c",
  startedAt: at,
  stepStartedAt: at,
  undecided,
  why: "HTTP 503",
  abraFatal: "no",
  rollingBack: false,
  rejectsTarget: true,
  diagnostics: "/failures/1",
  baseline: { realms: ["a"], hosts: { "a.test": 200 } },
  volumes: ["a_test_data"],
  lost: ["a_test_data"],
  images: { app: { id: "sha256:1", name: "web:1" } },
  rollbacks: { app: at },
  broken: { why: "no", at },
  holder: { host: "ci", boot: "b", pidns: "n", pid: 7, started: 1 },
};

interface File {
  readonly path: (folder: AppFolder) => string;
  readonly read: (folder: AppFolder) => Promise<unknown>;
  readonly valid: Readonly<Record<string, unknown>>;
  /** By field: values that must not be read. undefined: the field is missing. */
  readonly bad: Readonly<Record<string, readonly unknown[]>>;
}

const files: Readonly<Record<string, File>> = {
  operation: {
    path: folder => folder.operation,
    read: readOperation,
    valid: operation,
    bad: {
      id: [undefined, "", 1],
      kind: [undefined, "downgrade"],
      recipe: [undefined, 1],
      domain: [undefined, 1],
      from: [1, null],
      to: [undefined, 1],
      step: [undefined, "", "snapshots", "rollback"],
      snapshot: [1],
      startedAt: [undefined, "yesterday", 0, "2026-03-14", "2026-03-14T03:00:00+01:00"],
      stepStartedAt: [undefined, "yesterday", 0],
      undecided: [
        1,
        { ...undecided, recoveries: 0.5 },
        { ...undecided, ms: "1" },
        { ...undecided, boot: 1 },
        { ...undecided, at: undefined },
      ],
      swarm: [1],
      volumes: ["a_test_data", [1]],
      lost: ["a_test_data", [1]],
      images: [[], { app: "web:1" }, { app: { id: "sha256:1" } }],
      why: [1],
      abraFatal: [1],
      rollingBack: [undefined, "false", 0],
      rejectsTarget: ["true", 1],
      diagnostics: [1],
      baseline: [1, { realms: "a" }, { realms: [1] }, { hosts: { a: "200" } }, { hosts: { a: 0.5 } }],
      rollbacks: [{ app: 1 }, "none"],
      broken: [true, { why: "no" }, { at }, { why: 1, at }, { why: "no", at: "now" }],
      holder: [undefined, {}, { ...operation.holder, pid: 0 }, { ...operation.holder, pid: 1.5 }],
    },
  },
  "last good": {
    path: folder => folder.lastGood,
    read: readLastGood,
    valid: {
      format: 1,
      version: "1.0.0+1",
      at,
      swarm: "s1",
      images: { app: { id: "sha256:1", name: "web:1", digest: "sha256:2" } },
    },
    bad: {
      version: [undefined, 1],
      at: [undefined, "now"],
      swarm: [1],
      images: [undefined, [], { app: "web:1" }, { app: { id: "1" } }, { app: { name: "1" } }],
    },
  },
  rejected: {
    path: folder => folder.rejected,
    read: readRejected,
    valid: { format: 1, versions: { "1.1.0+2": { at, why: "HTTP 503", diagnostics: "/failures/1" } } },
    bad: { versions: [undefined, [], { a: { at } }, { a: { why: "x" } }, { a: { at: "now", why: "x" } }, { a: at }] },
  },
  approved: {
    path: folder => folder.approved,
    read: readApproved,
    valid: { format: 1, versions: { "1.1.0+2": { at } } },
    bad: { versions: [undefined, ["1.1.0+2"], { a: {} }, { a: { at: "now" } }] },
  },
  repairs: {
    path: folder => folder.repairs,
    read: folder => repairsSince(folder, 1),
    valid: { format: 1, at: [at] },
    bad: { at: [undefined, at, ["now"], [1]] },
  },
  "the first deploy": {
    path: folder => folder.firstDeploy,
    read: failedFirstDeploys,
    valid: { format: 1, failed: ["1.0.0+1"] },
    bad: { failed: [undefined, "1.0.0+1", [1]] },
  },
  guards: {
    path: folder => folder.guards,
    read: readGuards,
    valid: { format: 1, containers: ["c1"] },
    bad: { containers: [undefined, "c1", [1]] },
  },
  "undeployed on purpose": {
    path: folder => folder.undeployedOnPurpose,
    read: isUndeployedOnPurpose,
    valid: { format: 1, at },
    bad: { at: [undefined, "now"] },
  },
};

describe("a file of an app's state that is damaged is never read as something else", () => {
  let folder: AppFolder;
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "hearth-formats-"));
    folder = appFolder(stateDir, "a.test");
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  for (const [name, { path, read, valid, bad }] of Object.entries(files))
    it(`P6, P7: ${name}`, async () => {
      const write = async (value: object) => {
        await mkdir(dirname(path(folder)), { recursive: true });
        await writeFile(path(folder), JSON.stringify(value));
      };
      await write(valid);
      await read(folder);
      for (const [field, values] of Object.entries(bad))
        for (const value of values) {
          await write({ ...valid, [field]: value });
          await assert.rejects(read(folder), { name: "UnreadableError" }, `${field}: ${JSON.stringify(value)}`);
        }
      await write({ ...valid, format: 2 });
      await assert.rejects(read(folder), { name: "FormatError" });
    });

  it("of an operation needs only what every operation has", async () => {
    const {
      from: _from,
      snapshot: _snapshot,
      undecided: _undecided,
      swarm: _swarm,
      volumes: _volumes,
      lost: _lost,
      images: _images,
      why: _why,
      abraFatal: _fatal,
      rejectsTarget: _rejects,
      diagnostics: _diagnostics,
      baseline: _baseline,
      rollbacks: _rollbacks,
      broken: _broken,
      ...least
    } = operation;
    await mkdir(dirname(folder.operation), { recursive: true });
    await writeFile(folder.operation, JSON.stringify(least));
    assert.deepEqual(await readOperation(folder), { ...least, baseline: {} });
  });
});
