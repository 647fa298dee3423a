// Copies of a tree: hearth's snapshot, and the tools that an operator would use.
import { join } from "node:path";
import { project } from "../../lab/paths.ts";
import { program } from "../program.ts";
import { lasting } from "../row.ts";

export interface Copy {
  readonly name: string;
  /** Copies the directory `tree` into the empty directory `into`; returns milliseconds. */
  readonly take: (tree: string, into: string) => Promise<number>;
}

export const snapshot: Copy = {
  name: "hearth",
  async take(tree, into) {
    const text = await program(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(project, "test/bench/take.ts"), tree, into],
      "take a snapshot",
    );
    const { ms, memory } = JSON.parse(text) as { ms: number; memory: number };
    console.error(`snapshot: hearth's process used ${Math.round(memory / 1e6)} MB at most`);
    return ms;
  },
};

/** Not compressed, synced or read back. */
export const tar: Copy = {
  name: "tar",
  take: (tree, into) =>
    lasting(() =>
      program("tar", ["--create", `--file=${join(into, "tree.tar")}`, `--directory=${tree}`, "."], "write a tar"),
    ),
};

/** As tar. */
export const cp: Copy = {
  name: "cp -a",
  take: (tree, into) => lasting(() => program("cp", ["-a", "--", tree, join(into, "tree")], "copy a tree")),
};

/** A first, compressed backup into a new repository, read back completely. */
export const restic: Copy = {
  name: "restic backup, check",
  async take(tree, into) {
    const env = {
      RESTIC_PASSWORD: "thrown away with the repository",
      RESTIC_REPOSITORY: join(into, "repository"),
      RESTIC_CACHE_DIR: join(into, "cache"),
      TMPDIR: into,
    };
    const call = (...argv: string[]) => program("restic", [...argv, "--quiet"], `restic ${argv[0]}`, { env });
    await call("init");
    return lasting(async () => {
      await call("backup", tree);
      await call("check", "--read-data");
    });
  },
};
