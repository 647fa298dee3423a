// The tables of settings in stacks/README.md, generated from the schemas: a setting that nobody described fails the
// check.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { settings } from "../../stacks/config.ts";
import { recipeSettings } from "../../stacks/recipes.ts";

const page = "stacks/README.md";

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
}

/** Each setting with its description, `a.b` for one within another and `<name>` for any key. */
export function rowsOf(schema: z.ZodType, prefix: string): [setting: string, description: string][] {
  return rows(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as JsonSchema, prefix);
}

function rows(schema: JsonSchema, path: string): [string, string][] {
  const own: [string, string][] = schema.description === undefined ? [] : [[path, schema.description]];
  const named = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => rows(value, childPath(path, key)));
  const any =
    typeof schema.additionalProperties === "object" ? rows(schema.additionalProperties, `${path}.<name>`) : [];
  // What is within a described setting needs a row only if it has a description too.
  const within = [...named, ...any].filter(([, description]) => own.length === 0 || description !== "");
  const all = [...own, ...within];
  return all.length > 0 ? all : [[path, ""]];
}

function childPath(path: string, key: string): string {
  return path === "" || path.endsWith(":") ? `${path}${key}` : `${path}.${key}`;
}

const tables: Readonly<Record<string, () => [string, string][]>> = {
  settings: () => rowsOf(settings, "hearth:").filter(([name]) => !name.startsWith("hearth:recipes.<name>")),
  recipes: () => rowsOf(recipeSettings, ""),
};

/** `name` as a Markdown table between its two comments. */
function table(name: string): string {
  const lines = tables[name]!().map(
    ([setting, description]) => `| \`${setting}\` | ${description.replaceAll("|", "\\|")} |`,
  );
  return [
    `<!-- ${name}: generated -->`,
    "",
    "| setting | meaning |",
    "| --- | --- |",
    ...lines,
    "",
    `<!-- /${name} -->`,
  ].join("\n");
}

function withTables(text: string): string {
  return Object.keys(tables).reduce(
    (edited, name) =>
      edited.replace(new RegExp(`<!-- ${name}: generated -->[\\s\\S]*?<!-- /${name} -->`), () => table(name)),
    text,
  );
}

/** What is wrong with the page's tables, each in a line. */
export async function staleTables(project: string): Promise<string[]> {
  const text = await readFile(join(project, page), "utf8");
  const undescribed = Object.values(tables).flatMap(rowsFor =>
    rowsFor().filter(([, description]) => description === ""),
  );
  return [
    ...undescribed.map(([setting]) => `${setting}: expected a description in its schema`),
    ...Object.keys(tables)
      .filter(name => !text.includes(`<!-- ${name}: generated -->`))
      .map(name => `${page}: table not found: ${name}`),
    ...(withTables(text) === text ? [] : [`${page}: tables differ from the schemas; run \`npm run check -- --fix\``]),
  ];
}

/** Writes the tables anew. */
export async function writeTables(project: string): Promise<void> {
  const text = await readFile(join(project, page), "utf8");
  await writeFile(join(project, page), withTables(text));
}
