// The setting `hearth:recipes` of Pulumi.ci.yaml: the needs of a recipe's runs, and templates. Pure.
import { z } from "zod";
import { health } from "../providers/lib/health/index.ts";
import { realmExtras } from "../providers/realm/inputs.ts";

/** Fields of a template, written `{field}`; the last two are secrets. */
const fields = [
  "issuer",
  "discoveryUrl",
  "realm",
  "clientId",
  "username",
  "domain",
  "keycloakDomain",
  "run",
  "clientSecret",
  "password",
] as const;

type Field = (typeof fields)[number];
/** Values by field. */
export type Values = Readonly<Record<string, string>>;

const secretFields: readonly Field[] = ["clientSecret", "password"];

/** Fields that a realm's settings may use: those known before the realm exists. */
const realmFields: readonly Field[] = ["issuer", "realm", "domain", "keycloakDomain", "run"];

/**
 * A field, and a backslash before it, which makes it text; two backslashes are one. Not after a dollar sign: `${HOME}`
 * belongs to the shell or to compose.
 */
const pattern = /(?<![$\\])(\\{0,2})\{([A-Za-z]+)\}/g;

/** The fields that `text` uses. */
function fieldsIn(text: string): string[] {
  return [...text.matchAll(pattern)].flatMap(([, escape, field]) => (escape === "\\" ? [] : field!));
}

function rejectUnknownFields(text: string, allowed: readonly string[], context: z.core.$RefinementCtx<unknown>): void {
  const expected = allowed.map(field => `{${field}}`).join(", ");
  for (const field of fieldsIn(text).filter(each => !allowed.includes(each)))
    context.addIssue({ code: "custom", message: `unknown field {${field}}: expected one of ${expected}` });
}

/** Every text within `value`, keys included. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(textsIn)];
}

const template = z.string().superRefine((text, context) => rejectUnknownFields(text, fields, context));

/** Settings of one recipe. Templates may use `{field}`. */
export const recipeSettings = z.strictObject({
  needs: z
    .array(z.enum(["keycloak"]))
    .default(["keycloak"])
    .describe("What a run must have before its command starts. Default: keycloak."),
  deploy: z.boolean().default(true).describe("Whether to deploy the app; false for a realm alone. Default: true."),
  version: z.string().min(1).default("latest").describe("Tag of the recipe, or latest. Default: latest."),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), template)
    .default({})
    .describe("Variables of the app's .env; values may use fields such as {issuer}. Default: none."),
  secrets: z
    .record(z.string(), template)
    .default({})
    .describe("Secret values by abra's name, such as {clientSecret}; abra generates the others. Default: none."),
  health: health
    .extend({
      stableFor: z
        .number()
        .min(0)
        .max(3600)
        .default(3)
        .describe("Seconds that the app must stay healthy without a restart. Default: 3."),
    })
    .prefault({})
    .describe("Health check of the app."),
  realm: realmExtras
    .prefault({})
    .superRefine((extras, context) => textsIn(extras).forEach(text => rejectUnknownFields(text, realmFields, context)))
    .describe("Roles, groups, clients and identity providers of the realm. Default: none."),
});

export type RecipeSettings = z.infer<typeof recipeSettings>;

/** Replaces the fields in `text` by their values; fields without a value stay, and so do escaped ones. */
export function fill(text: string, values: Values): string {
  return text.replace(pattern, (_, escape: string, field: string) => {
    const value = escape === "\\" ? undefined : values[field];
    return `${escape.slice(1)}${value ?? `{${field}}`}`;
  });
}

/** Applies `fill` to every text within `value`, at any depth. */
export function fillAll<T>(value: T, values: Values): T {
  if (typeof value === "string") return fill(value, values) as T;
  if (Array.isArray(value)) return value.map(each => fillAll(each as unknown, values)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillAll(each as unknown, values)])) as T;
}

/** Whether `text` uses a secret field. */
export function isSecret(text: string): boolean {
  return fieldsIn(text).some(field => secretFields.includes(field as Field));
}
