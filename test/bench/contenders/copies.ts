// Copies a tree: hearth's snapshot and the usual alternatives.
import { join } from "node:path";
import { project } from "../../lab/paths.ts";
import { runProgram } from "../program.ts";
import { measureDuration } from "../row.ts";

export interface Copy {
  readonly name: string;
  /** Copies the directory `tree` into the empty directory `into`; returns milliseconds. */
  readonly take: (tree: string, into: string) => Promise<number>;
}

export const snapshot: Copy = {
  name: "hearth",
  async take(tree, into) {
    const text = await runProgram(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(project, "test/bench/takeSnapshot.ts"), tree, into],
      "take a snapshot",
    );
    const { ms, memory } = JSON.parse(text) as { ms: number; memory: number };
    console.error(`snapshot: peak memory of hearth's process (without tar and zstd): ${Math.round(memory / 1e6)} MB`);
    return ms;
  },
};

/** Not compressed, not synced, not verified. */
export const tar: Copy = {
  name: "tar",
  take: (tree, into) =>
    measureDuration(() =>
      runProgram("tar", ["--create", `--file=${join(into, "tree.tar")}`, `--directory=${tree}`, "."], "write a tar"),
    ),
};

/** Not compressed, not synced, not verified. */
export const cp: Copy = {
  name: "cp -a",
  take: (tree, into) => measureDuration(() => runProgram("cp", ["-a", "--", tree, join(into, "tree")], "copy a tree")),
};

/** A first backup into a new repository: compressed, then read back completely. */
export const restic: Copy = {
  name: "restic backup, check",
  async take(tree, into) {
    const env = {
      RESTIC_PASSWORD: "thrown away with the repository",
      RESTIC_REPOSITORY: join(into, "repository"),
      RESTIC_CACHE_DIR: join(into, "cache"),
      TMPDIR: into,
    };
    const call = (...argv: string[]) => runProgram("restic", [...argv, "--quiet"], `restic ${argv[0]}`, { env });
    await call("init");
    return measureDuration(async () => {
      await call("backup", tree);
      await call("check", "--read-data");
    });
  },
};
