// Fails as abra does: `FATA …` on stdout, nothing on stderr, exit 1.

export class Fatal extends Error {
  override readonly name = "Fatal";
}

export function fatal(message: string): never {
  throw new Fatal(message);
}
