// Row `snapshot`: hearth's snapshot (written, synced, read back, compared), beside tar, cp and restic.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { which } from "../../lab/host.ts";
import type { Goal } from "../measure.ts";
import { runProgram } from "../program.ts";
import type { BenchContext, Row, Contender } from "../row.ts";
import { makeTree } from "../tree.ts";
import { cp, restic, snapshot, tar, type Copy } from "../contenders/copies.ts";

const sizes = { "160 MB": { bytes: 160e6, files: 2_000 }, "2 GB": { bytes: 2e9, files: 4_000 } } as const;
type Size = keyof typeof sizes;
const names = Object.keys(sizes) as Size[];

export async function snapshotRow({ folder }: BenchContext): Promise<Row<Size>> {
  const treeOf = (size: Size) => join(folder, `tree of ${size}`);
  const contender = ({ name, take }: Copy): Contender<Size> => ({
    name,
    warmUp: false,
    measure: async () => {
      const times = { "160 MB": 0, "2 GB": 0 };
      for (const size of names) times[size] = await timeCopy(folder, into => take(treeOf(size), into));
      return times;
    },
  });
  const goals = names.map((phase): Goal<Size> => ({
    phase,
    contender: snapshot.name,
    against: [restic.name],
    atMost: 1,
    description: "faster than restic",
  }));
  return {
    name: "snapshot",
    title:
      "snapshot: 160 MB in 2,000 files and 2 GB in 4,000, half of the data random; hearth and restic compress, " +
      "sync and verify, tar and cp do not",
    runs: 3,
    contenders: [snapshot, tar, cp, restic].map(contender),
    goals,
    limits: [{ phase: "160 MB", contender: snapshot.name, atMost: 1_000, description: "within 1 s on an idle disk" }],
    setUp: async () => {
      await ensureRestic();
      for (const size of names) await makeTree(treeOf(size), sizes[size].bytes, sizes[size].files);
    },
    tearDown: async () => {
      for (const size of names) await rm(treeOf(size), { recursive: true, force: true });
    },
  };
}

/** Syncs first, so that no contender pays for writes of the one before. */
async function timeCopy(folder: string, take: (into: string) => Promise<number>): Promise<number> {
  const into = await mkdtemp(join(folder, "copy-"));
  try {
    await runProgram("sync", [], "sync");
    return await take(into);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** Installs Debian's package, which stays, like the lab's other packages. */
async function ensureRestic(): Promise<void> {
  if (await which("restic")) return;
  console.error("bench: installing restic");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runProgram("apt-get", ["update", "-qq"], "update the package index", { env });
  await runProgram("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "restic"], "install restic", { env });
}
