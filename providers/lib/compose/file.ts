// One compose file: parses it, substitutes variables, and refuses what docker's loader refuses of the parts that hearth
// reads. Facts from docker/cli v29.9.3, cli/compose/schema; a spec compares the two.
import { parse } from "yaml";
import { z } from "zod";
import { ComposeError, interpolate } from "./interpolate.ts";
import { serviceFile } from "./service.ts";

const bool = z.union([z.boolean(), z.string()]);
const named = z
  .record(
    z.string(),
    z.looseObject({
      name: z.string("expected a string").optional(),
      external: z.union([bool, z.looseObject({ name: z.string().optional() })]).optional(),
      file: z.string("expected a string").optional(),
    }),
  )
  .optional();
const optionallyEmpty = z.record(z.string(), z.looseObject({}, "expected a mapping or nothing").nullable()).optional();

const composeFile = z.strictObject({
  version: z
    .string('expected a string such as "3.8"')
    .regex(/^(3(\.\d+)?)?$/, "expected 3 or 3.x")
    .optional(),
  services: z.record(z.string(), serviceFile).optional(),
  secrets: named,
  configs: named,
  volumes: optionallyEmpty,
  networks: optionallyEmpty,
});

/** A section of secrets or configs. */
export type Section = z.infer<typeof named>;

/** The sections in which docker substitutes variables: not `version`, not `x-…`. */
const SECTIONS = ["services", "secrets", "configs", "volumes", "networks"] as const;

export interface ComposeFile extends Omit<z.infer<typeof composeFile>, "version"> {
  readonly version: string;
  /** The section without substituted variables. */
  readonly secretTemplates: Section;
}

/** Throws ComposeError, or what the YAML parser throws. */
export function readFile(text: string, env: Readonly<Record<string, string>>): ComposeFile {
  // With `<<` merged. Docker's parser makes a date of an unquoted one, and its schema then refuses it.
  const raw: unknown = parse(text, { merge: true, customTags: ["timestamp"] });
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new ComposeError("expected a mapping");
  const content = Object.fromEntries(Object.entries(raw).filter(([key]) => !key.startsWith("x-")));
  const file = accepted(composeFile, substitute(content, env));
  // Docker reads these as its newest format.
  const version = ["", "3", undefined].includes(file.version) ? "newest" : file.version!;
  return { ...file, version, secretTemplates: content["secrets"] as Section };
}

interface Fault {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

function accepted<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issue, path } = deepest(parsed.error.issues[0]!);
  if (issue.code === "unrecognized_keys")
    throw new ComposeError(`${issue.keys[0]}: no such section; expected x-${issue.keys[0]}`);
  const message = issue.message
    .replace(/^Invalid input: (expected .*), received .*$/, "$1")
    .replace("record", "mapping");
  throw new ComposeError(`${path.join(".")}: ${message}`);
}

/** Of a value that may have several forms: what is wrong within the form that fits best. */
function deepest(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): Fault {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") return { issue, path };
  const within = issue.errors.flat().map(each => deepest(each, path));
  const [best] = within.toSorted((a, b) => b.path.length - a.path.length);
  return best && best.path.length > path.length ? best : { issue, path };
}

function substitute(file: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(file).map(([key, value]) => [
      key,
      (SECTIONS as readonly string[]).includes(key) ? substituteAll(value, env) : value,
    ]),
  );
}

function substituteAll(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return interpolate(value, env);
  if (Array.isArray(value)) return value.map(each => substituteAll(each, env));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituteAll(each, env)]));
}
