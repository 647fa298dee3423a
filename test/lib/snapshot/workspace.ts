// A temporary directory for a spec's volumes and snapshots.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { readManifestIn } from "../../../providers/lib/snapshot/manifest.ts";
import type { SnapshotContent } from "../../../providers/lib/snapshot/take.ts";
import type { Volume } from "../../../providers/lib/snapshot/volume.ts";

export interface Workspace {
  readonly path: string;
  /** Corresponds to <stateDir>/apps/<app>. */
  readonly folder: string;
  /** Logged lines. */
  readonly lines: string[];
  volume(name: string): Volume;
  /** Options of a take. */
  content(id: string, volumes: readonly Volume[]): SnapshotContent & { readonly folder: string };
  /** Creates a small volume with one file. */
  small(name: string, text?: string): Promise<Volume>;
  /** Puts a program of this name first on PATH until `remove`. */
  fake(program: string, script: string): Promise<void>;
  remove(): Promise<void>;
}

/** Creates a workspace; with `size` (`4m`) on a tmpfs, which can be filled and syncs fast. */
export async function createWorkspace(size?: string): Promise<Workspace> {
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
      const created = volume(name);
      await mkdir(created.path, { recursive: true });
      await writeFile(join(created.path, "file"), text);
      return created;
    },
    async fake(program, script) {
      await mkdir(join(path, "bin"), { recursive: true });
      await writeFile(join(path, "bin", program), `#!/bin/sh\n${script}\n`);
      await chmod(join(path, "bin", program), 0o755);
      process.env["PATH"] = `${join(path, "bin")}${delimiter}${PATH}`;
    },
    async remove() {
      process.env["PATH"] = PATH;
      if (size !== undefined) execFileSync("umount", [path]);
      await rm(path, { recursive: true });
    },
  };
}

/** Asserts that every archive in a snapshot's directory matches its manifest; returns its id. */
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

/** Names in a directory, sorted; empty if it doesn't exist. */
export async function names(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).toSorted();
}

/** The same bytes with one bit changed in the middle. */
export function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length >> 1]! ^= 1;
  return changed;
}

export const about = {
  app: "warm-keycloak.ci.example.org",
  recipe: "keycloak",
  version: "10.7.1+26.4.0",
  images: { app: "sha256:abc" },
};
