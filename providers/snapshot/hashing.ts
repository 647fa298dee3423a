// A stream's SHA-256 and length, taken while it flows by.
import { createHash } from "node:crypto";
import { Transform } from "node:stream";

export interface Hashing {
  /** Passes everything on unchanged. */
  readonly tap: Transform;
  /** Once all has passed: hex, and bytes. */
  digest(): { readonly sha256: string; readonly bytes: number };
}

export function hashing(): Hashing {
  const hash = createHash("sha256");
  let bytes = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      hash.update(chunk);
      bytes += chunk.length;
      pass(null, chunk);
    },
  });
  return { tap, digest: () => ({ sha256: hash.digest("hex"), bytes }) };
}
