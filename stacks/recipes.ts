// What a recipe's runs need, as `hearth:recipes` in Pulumi.ci.yaml says it. Pure.
import { z } from "zod";
import { health } from "../providers/lib/health/index.ts";
import { realmExtras } from "../providers/realm/inputs.ts";

/** What may stand in `{…}`; the last two are secrets. */
export const fields = [
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

export type Field = (typeof fields)[number];
export type Values = Readonly<Record<string, string>>;

const secretFields: readonly Field[] = ["clientSecret", "password"];

/** Fields that a realm's settings may name: what is known before the realm is. */
const early: readonly Field[] = ["issuer", "realm", "domain", "keycloakDomain", "run"];

/** Not behind a dollar: `${HOME}` is the shell's or compose's. */
const pattern = /(?<!\$)\{([A-Za-z]+)\}/g;

function knows(allowed: readonly string[]) {
  return (text: string, context: z.core.$RefinementCtx<string>) => {
    for (const [whole, field] of text.matchAll(pattern))
      if (!allowed.includes(field!))
        context.addIssue({
          code: "custom",
          message: `${whole} is no field: there are ${allowed.map(each => `{${each}}`).join(", ")}`,
        });
  };
}

const template = z.string().superRefine(knows(fields));

export const recipeSettings = z.strictObject({
  /** What a run of it must have before its command starts. */
  needs: z.array(z.enum(["keycloak"])).default(["keycloak"]),
  /** Whether its app is deployed: a test may want a realm alone. */
  deploy: z.boolean().default(true),
  /** A tag of the recipe, or `latest`. */
  version: z.string().min(1).default("latest"),
  /** Keys of the app's .env; `{issuer}` and its like are filled in. */
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), template).default({}),
  /** Secrets by abra's name, each with its value, as a rule `{clientSecret}`; all others are generated. */
  secrets: z.record(z.string(), template).default({}),
  /** How its health is told. A run waits for it: 3 s of good are enough unless said otherwise. */
  health: health.extend({ stableFor: z.number().min(0).max(3600).default(3) }).prefault({}),
  /** What its realm has beyond client and user. */
  realm: realmExtras.prefault({}).superRefine((extras, context) => {
    for (const [whole, field] of JSON.stringify(extras).matchAll(pattern))
      if (!early.includes(field as Field))
        context.addIssue({
          code: "custom",
          message: `${whole} is no field here: there are ${early.map(each => `{${each}}`).join(", ")}`,
        });
  }),
});

export type RecipeSettings = z.infer<typeof recipeSettings>;

/** `text` with its fields filled in. */
export function fill(text: string, values: Values): string {
  return text.replace(pattern, (whole, field: Field) => values[field] ?? whole);
}

/** All texts within `value` filled in. */
export function fillAll<T>(value: T, values: Values): T {
  if (typeof value === "string") return fill(value, values) as T;
  if (Array.isArray(value)) return value.map(each => fillAll(each as unknown, values)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillAll(each as unknown, values)])) as T;
}

/** Whether a text names a secret. */
export function isSecret(text: string): boolean {
  return [...text.matchAll(pattern)].some(([, field]) => secretFields.includes(field as Field));
}
