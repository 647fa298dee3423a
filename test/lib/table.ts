// Tables of values that a schema accepts and refuses.
import assert from "node:assert/strict";
import type { z } from "zod";

/** For each path of `valid`, values that must be refused there; undefined removes the field. */
export type Refusals = Readonly<Record<string, readonly unknown[]>>;

/** Declares a spec for each path: its values are refused, and the schema blames that path. */
export function refuses(schema: z.ZodType, valid: object, refusals: Refusals): void {
  it("accept this", () => assert.equal(schema.safeParse(valid).error, undefined));
  for (const [path, values] of Object.entries(refusals))
    it(`refuse in ${path}: ${values.map(value => JSON.stringify(value) ?? "nothing").join(", ")}`, () => {
      for (const value of values) {
        const issues = schema.safeParse(withValue(valid, path.split("."), value)).error?.issues ?? [];
        const blamed = issues.map(issue => issue.path.join("."));
        assert.ok(
          blamed.some(each => `${each}.`.startsWith(`${path}.`) || path.startsWith(`${each}.`) || each === ""),
          `${path} = ${JSON.stringify(value)} is accepted, or others are blamed: ${blamed.join()}`,
        );
      }
    });
}

/** Declares a spec for each path: its values are accepted. */
export function accepts(schema: z.ZodType, valid: object, values: Refusals): void {
  for (const [path, each] of Object.entries(values))
    it(`accept in ${path}: ${each.map(value => JSON.stringify(value) ?? "nothing").join(", ")}`, () => {
      for (const value of each)
        assert.equal(
          schema.safeParse(withValue(valid, path.split("."), value)).error,
          undefined,
          JSON.stringify(value),
        );
    });
}

function withValue(object: unknown, [key = "", ...rest]: readonly string[], value: unknown): unknown {
  const copy = (Array.isArray(object) ? [...object] : { ...(object as object) }) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? value : withValue(copy[key] ?? {}, rest, value);
  return JSON.parse(JSON.stringify(copy)) as unknown;
}
