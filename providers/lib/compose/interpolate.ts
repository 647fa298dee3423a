// Substitutes variables in compose files as docker's loader does. Facts from docker/cli v29.9.3,
// cli/compose/template/template.go; a spec compares the two.

/** A compose file that docker's loader would refuse. */
export class ComposeError extends Error {
  override readonly name = "ComposeError";
}

const name = "[_a-z][_a-z0-9]*(?::?[-?][^}]*)?";
const variable = new RegExp(String.raw`\$(?:(\$)|(${name})|\{(${name})\}|())`, "gi");

/**
 * Substitutes `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}` and
 * `$$`. An unknown name becomes empty. A default or message ends at `}`, without braces at the end of the text. Throws
 * ComposeError for a required variable without a value, and for a `$` that begins none of these.
 */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  // Docker forgets a fault once a later variable has a value.
  let fault: string | undefined;
  const substituted = text.replace(
    variable,
    (_, escaped: string | undefined, plain: string | undefined, braced: string | undefined) => {
      if (escaped !== undefined) return "$";
      const expression = plain ?? braced;
      const found =
        expression === undefined
          ? { fault: `expected a variable after $ in ${JSON.stringify(text)}` }
          : valueOf(expression, env);
      fault = "fault" in found ? found.fault : undefined;
      return "fault" in found ? "" : found.value;
    },
  );
  if (fault !== undefined) throw new ComposeError(fault);
  return substituted;
}

/** The operators in docker's order: the first that the expression contains, wherever it is, splits it. */
function valueOf(
  expression: string,
  env: Readonly<Record<string, string>>,
): { readonly value: string } | { readonly fault: string } {
  const operator = [":-", "-", ":?", "?"].find(each => expression.includes(each)) ?? "";
  const [key, rest] = split(expression, operator);
  const value = Object.hasOwn(env, key) ? env[key] : undefined;
  const isMissing = value === undefined || (operator.startsWith(":") && value === "");
  if (!isMissing) return { value };
  if (operator.endsWith("?")) return { fault: `required variable ${key} has no value: ${rest}` };
  return { value: operator.endsWith("-") ? rest : "" };
}

function split(text: string, separator: string): [before: string, after: string] {
  const at = separator === "" ? text.length : text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
