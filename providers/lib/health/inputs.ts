// How an app proves that it is healthy, as an input.
import { z } from "zod";

/** The health check of an app. Used by the health gate and by every observation. */
export const health = z.strictObject({
  path: z
    .string()
    .startsWith("/")
    .default("/")
    .describe("Path requested over HTTPS through the ingress. Default: /; warm Keycloak and Traefik have their own."),
  fallback: z
    .string()
    .startsWith("/")
    .optional()
    .describe("Path requested if the first answers 404. Default: none; Traefik's: /, unless its path is set."),
  status: z.int().min(100).max(599).optional().describe("HTTP status to expect. Default: any 2xx or 3xx."),
  allowUnauthorized: z
    .boolean()
    .optional()
    .describe("Without a status: whether 401 and 403 are good too. Default: false; Traefik's: true."),
  issuer: z.url().optional().describe("OpenID issuer that the response must name. Default: not checked."),
  stableFor: z
    .number()
    .min(0)
    .max(3600)
    .default(10)
    .describe("Seconds that the app must stay healthy without a restart. Default: 10."),
  margin: z
    .number()
    .min(0)
    .max(3600)
    .default(60)
    .describe("Seconds added to the time that the compose file's healthchecks allow. Default: 60."),
});

export type Health = z.infer<typeof health>;
