// Generates the tables of settings in stacks/README.md from the schemas. A setting without a description is an error.
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

/** Each setting with its description; `a.b` for a nested one, `<name>` for any key. */
export function rowsOf(schema: z.ZodType, prefix: string): [setting: string, description: string][] {
  return rows(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as JsonSchema, prefix);
}

function rows(schema: JsonSchema, path: string): [string, string][] {
  const own: [string, string][] = schema.description === undefined ? [] : [[path, schema.description]];
  const named = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => rows(value, childPath(path, key)));
  const any =
    typeof schema.additionalProperties === "object" ? rows(schema.additionalProperties, `${path}.<name>`) : [];
  // A setting nested in a described one gets a row only if it has a description.
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

/** The Markdown table `name`, between its two comments. */
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

/** Missing descriptions and outdated tables, one line each. */
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

/** Rewrites the tables. */
export async function writeTables(project: string): Promise<void> {
  const text = await readFile(join(project, page), "utf8");
  await writeFile(join(project, page), withTables(text));
}
