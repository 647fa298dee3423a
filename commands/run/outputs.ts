// Parses the outputs of a run's stack, before anything uses them.
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
  /** URL of the app under test, if one is deployed. */
  appUrl: z.url().optional(),
  appDomain: z.string().min(1).optional(),
  /** PEM file of the host's certificate authority. */
  ca: z.string().min(1).optional(),
  /** Number of apps deployed for this run only. */
  deployCount: z.int().min(0),
  /** Version of the Keycloak recipe; empty if unknown. */
  keycloakVersion: z.string(),
  /** When the warm Keycloak passed its health gate at that version, ISO 8601; empty if unknown. */
  keycloakSince: z.string(),
});

/** A run with a Keycloak has a complete login; a run without one has none. */
const schema = z.union([
  login.extend({ keycloak: z.enum(["warm", "dedicated"]), ...rest.shape }),
  rest.extend({ keycloak: z.literal("none") }),
]);

export type RunOutputs = z.infer<typeof schema>;

/** Throws NotYourRecipeError, which contains no value: some are secret. */
export function readOutputs(values: unknown): RunOutputs {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new NotYourRecipeError(
    `invalid stack outputs: ${parsed.error.issues.map(issue => issue.path.join(".") || issue.message).join(", ")}`,
  );
}
