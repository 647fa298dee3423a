// SHA-256 and size of a file.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/** In hex, of a text's UTF-8. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface Checksum {
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads `path` to its end. Throws the read's error, or the signal's reason. */
export async function checksumOf(path: string, signal?: AbortSignal): Promise<Checksum> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = await open(path);
  try {
    for (let bytes = 0; ;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return { sha256: hash.digest("hex"), bytes };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}
