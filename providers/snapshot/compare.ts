// Compares two streams chunk by chunk, without holding either.

/** Where the second first differs from the first: a byte's offset, and whether the second had ended there. */
export interface Difference {
  readonly at: number;
  readonly ended: boolean;
}

/**
 * Reads `first` to its end, `second` only until it differs.
 * Undefined where they are equal to the last byte.
 */
export async function compare(first: AsyncIterable<Buffer>, second: AsyncIterable<Buffer>): Promise<Difference | undefined> {
  const other = second[Symbol.asyncIterator]();
  let found: Difference | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (let chunk of first) {
    while (found === undefined && chunk.length > 0) {
      if (rest.length === 0) {
        const next = await other.next();
        if (next.done) found = { at, ended: true };
        else rest = next.value;
        continue;
      }
      const length = Math.min(chunk.length, rest.length);
      if (chunk.compare(rest, 0, length, 0, length) !== 0) found = { at: at + firstDifferent(chunk, rest), ended: false };
      at += length;
      chunk = chunk.subarray(length);
      rest = rest.subarray(length);
    }
  }
  if (found) return found;
  while (rest.length === 0) {
    const next = await other.next();
    if (next.done) return undefined;
    rest = next.value;
  }
  return { at, ended: false };
}

function firstDifferent(a: Buffer, b: Buffer): number {
  return a.findIndex((byte, index) => byte !== b[index]);
}
