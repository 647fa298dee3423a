// A file system of a few pages for testing a full disk.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "node:fs/promises";

export interface Small {
  readonly path: string;
  /** Uses up all free space. */
  fill(): Promise<void>;
  remove(): void;
}

/** Mounts it, which requires root. `kilobytes` must be whole pages. */
export function smallDisk(kilobytes: number): Small {
  const path = mkdtempSync(join(tmpdir(), "hearth-small-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,nr_inodes=64`, "tmpfs", path]);
  return {
    path,
    async fill() {
      const file = await open(join(path, "filling"), "a");
      try {
        for (;;) await file.write(Buffer.alloc(4_096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        await file.close();
      }
    },
    remove() {
      execFileSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true });
    },
  };
}

export const root = process.getuid?.() === 0;
