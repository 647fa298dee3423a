// A place for a spec's volumes and snapshots, gone with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { readManifestIn } from "../../../providers/lib/snapshot/manifest.ts";
import type { SnapshotContent } from "../../../providers/lib/snapshot/take.ts";
import type { Volume } from "../../../providers/lib/snapshot/volume.ts";

export interface Place {
  readonly path: string;
  /** As <stateDir>/apps/<app>. */
  readonly folder: string;
  /** What the tool said. */
  readonly lines: string[];
  volume(name: string): Volume;
  /** What a take needs, with `id` and the volumes. */
  content(id: string, volumes: readonly Volume[]): SnapshotContent & { readonly folder: string };
  /** A small volume of its own with one file. */
  small(name: string, text?: string): Promise<Volume>;
  /** Puts a program of this name first on PATH, until the place is gone. */
  fake(program: string, script: string): Promise<void>;
  gone(): Promise<void>;
}

/** `size` (of tmpfs: `4m`) makes it a filesystem of its own: one that gets full, or whose fsyncs wait for nobody's build. */
export async function makePlace(size?: string): Promise<Place> {
  const path = await mkdtemp(join(tmpdir(), "hearth-snapshot-"));
  if (size !== undefined) execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  const folder = join(path, "apps", "app");
  const lines: string[] = [];
  const PATH = process.env["PATH"];
  const volume = (name: string) => ({ name, path: join(path, "volumes", name, "_data") });
  return {
    path,
    folder,
    lines,
    volume,
    content: (id, volumes) => ({ folder, id, about, env: "TYPE=keycloak\n", volumes, log: line => lines.push(line) }),
    async small(name, text = name) {
      const made = volume(name);
      await mkdir(made.path, { recursive: true });
      await writeFile(join(made.path, "file"), text);
      return made;
    },
    async fake(program, script) {
      await mkdir(join(path, "bin"), { recursive: true });
      await writeFile(join(path, "bin", program), `#!/bin/sh\n${script}\n`);
      await chmod(join(path, "bin", program), 0o755);
      process.env["PATH"] = `${join(path, "bin")}${delimiter}${PATH}`;
    },
    async gone() {
      process.env["PATH"] = PATH;
      if (size !== undefined) execFileSync("umount", [path]);
      await rm(path, { recursive: true });
    },
  };
}

/** Asserts that every archive in a snapshot's directory is what its manifest says; gives back its id. */
export async function assertWhole(directory: string): Promise<string> {
  const manifest = await readManifestIn(directory);
  assert.ok(manifest, `no snapshot in ${directory}`);
  for (const { archive, sha256 } of manifest.volumes) {
    const found = execFileSync("sha256sum", ["--", join(directory, archive)], { encoding: "utf8" });
    execFileSync("zstd", ["--test", "--quiet", "--", join(directory, archive)]);
    assert.equal(found.split(" ")[0], sha256, archive);
  }
  return manifest.id;
}

/** What is in a directory, sorted; empty where there is none. */
export async function names(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).toSorted();
}

export const about = {
  app: "warm-keycloak.ci.example.org",
  recipe: "keycloak",
  version: "10.7.1+26.4.0",
  images: { app: "sha256:abc" },
};
