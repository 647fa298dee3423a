// Creates trees to copy: half of the files are random and incompressible, the others resemble logs.
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Creates the directory `path` with `files` files of `bytes` in total, a hundred per subdirectory. */
export async function makeTree(path: string, bytes: number, files: number): Promise<void> {
  for (let index = 0; index < files; index++) {
    const directory = join(path, String(Math.floor(index / 100)));
    if (index % 100 === 0) await mkdir(directory, { recursive: true });
    // Sizes between 50% and 150% of the mean.
    const size = Math.round((bytes / files) * (0.5 + (index % 101) / 100));
    await writeFile(join(directory, `${index}`), index % 2 === 0 ? randomBytes(size) : log(index, size));
  }
}

function log(seed: number, size: number): Buffer {
  const lines: string[] = [];
  for (let length = 0, line = 0; length < size; line++) {
    const worker = (seed * 31 + line) % 97;
    const ms = (line * line) % 911;
    const request = seed * 1_000_003 + line * 7;
    const text = `2026-01-05 03:00:${line % 60} INFO [worker-${worker}] request ${request} took ${ms} ms\n`;
    lines.push(text);
    length += text.length;
  }
  return Buffer.from(lines.join("")).subarray(0, size);
}
