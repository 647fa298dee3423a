// A temporary directory for a spec's volumes and snapshots.
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
  /** Lines that the tool logged. */
  readonly lines: string[];
  volume(name: string): Volume;
  /** Options of a take. */
  content(id: string, volumes: readonly Volume[]): SnapshotContent & { readonly folder: string };
  /** Makes a small volume with one file. */
  small(name: string, text?: string): Promise<Volume>;
  /** Puts a program of this name first on PATH, until `gone`. */
  fake(program: string, script: string): Promise<void>;
  gone(): Promise<void>;
}

/** With `size` (`4m`) it is a tmpfs: one that can get full, or whose fsyncs are fast. */
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

export const about = {
  app: "warm-keycloak.ci.example.org",
  recipe: "keycloak",
  version: "10.7.1+26.4.0",
  images: { app: "sha256:abc" },
};
