// Splits a secret's name in a compose file, such as `${STACK_NAME}_ssl_cert_${SECRET_WILDCARD_CERT_VERSION}`, into the
// parts that abra's commands take.
import type { DeclaredSecret } from "../recipe/index.ts";
import { interpolate } from "./interpolate.ts";

const escapeOrVariable = /\$\$|\$\{[^}]*\}|\$[_a-z][_a-z0-9]*/gi;

/**
 * The secret called `fullName` on the swarm, which `template` becomes with the variables `env`. abra's name ends at the
 * last underscore that belongs to no variable; the version follows it.
 */
export function toSecret(fullName: string, template: string, env: Readonly<Record<string, string>>): DeclaredSecret {
  const variables = [...template.matchAll(escapeOrVariable)].filter(([text]) => text !== "$$");
  const masked = template.replace(escapeOrVariable, text => "$".repeat(text.length));
  const end = masked.lastIndexOf("_");
  const version = interpolate(template.slice(end + 1), env);
  const versionKey = variables.findLast(({ index }) => index > end)?.[0].match(/[_a-z][_a-z0-9]*/i)?.[0];
  const prefix = `${env["STACK_NAME"]}_`;
  const name = fullName.slice(prefix.length, fullName.length - version.length - 1);
  // An external secret with a fixed name belongs to no stack.
  if (end < 0 || name === "" || !fullName.startsWith(prefix)) return { fullName, name: undefined, version: "" };
  return { fullName, name, version, ...(versionKey === undefined ? {} : { versionKey }) };
}
