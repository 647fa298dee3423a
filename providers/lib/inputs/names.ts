// Names and paths as inputs, each with the message that a wrong one gets.
import { z } from "zod";

/** A recipe's name as Co-op Cloud writes it. */
export const recipeName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]*$/,
    "expected a recipe name: lower-case letters, digits and hyphens, beginning with a letter or digit",
  );

/** A fully qualified domain name without port, at most 253 characters. */
export const domainName = z
  .string()
  .max(253)
  .regex(
    /^(?=.*\.)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    "expected a domain name: lower-case letters, digits and hyphens, with a dot",
  );

/** An absolute path on the host. */
export const absolutePath = z.string().startsWith("/", "expected an absolute path");

/** The name of a CI run: `<recipe>-<hex>`. */
export const runName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*-[0-9a-f]{6}$/, "expected a run name: <recipe>-<6 hex digits>");

/** A secret's name as abra knows it, without stack and version. */
export const secretName = z
  .string()
  .regex(/^[a-z0-9_]+$/, "expected a secret name: lower-case letters, digits and underscores");

/** Variables of an app's .env. */
export const envVariables = z.record(
  z.string().regex(/^[A-Za-z_]\w*$/, "expected a variable name: letters, digits and underscores"),
  z.string(),
);
