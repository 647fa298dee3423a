// What a run's stack says of itself, checked before anything is run with it.
import { z } from "zod";
import { NotYourRecipeError } from "../common/errors.ts";

const login = z.object({
  realm: z.string().min(1),
  issuer: z.url(),
  discoveryUrl: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
});

const rest = z.object({
  /** The app under test, where one is deployed. */
  appUrl: z.url().optional(),
  appDomain: z.string().min(1).optional(),
  /** PEM file of the host's certificate authority. */
  ca: z.string().min(1).optional(),
  /** Apps deployed for this run alone. */
  deployCount: z.int().min(0),
  /** Of the recipe; empty where it isn't known. */
  keycloakVersion: z.string(),
  /** When the kept Keycloak had passed its gate at that version: ISO; empty where it isn't known. */
  keycloakSince: z.string(),
});

/** A run that needs a Keycloak has a login, whole; one that needs none has none. */
const schema = z.union([
  login.extend({ keycloak: z.enum(["warm", "dedicated"]), ...rest.shape }),
  rest.extend({ keycloak: z.literal("none") }),
]);

export type RunOutputs = z.infer<typeof schema>;

/** Nothing of the values appears in the error. */
export function readOutputs(values: unknown): RunOutputs {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new NotYourRecipeError(
    `the run's stack doesn't say what it should: ${parsed.error.issues.map(issue => issue.path.join(".") || issue.message).join(", ")}`,
  );
}
