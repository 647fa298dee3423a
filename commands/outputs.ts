// What a run's stack says of itself, checked before anything is run with it.
import { z } from "zod";
import { NotYourRecipeError } from "./errors.ts";

const schema = z.object({
  realm: z.string().min(1),
  keycloak: z.enum(["warm", "cold"]),
  issuer: z.url(),
  discoveryUrl: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  username: z.string().min(1),
  password: z.string().min(1),
  /** The line that says what the run got. */
  summary: z.string().min(1),
});

export type RunOutputs = z.infer<typeof schema>;

/** `text` is the JSON of `pulumi stack output`; nothing of it appears in the error. */
export function readOutputs(text: string): RunOutputs {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new NotYourRecipeError(`the run's stack doesn't say what it should: ${parsed.error.issues.map(issue => issue.path.join(".")).join(", ")}`);
}
