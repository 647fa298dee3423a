// Changes of a regular expression: an anchor, a quantifier, a class or a flag becomes another or goes.

/** A piece of an expression: an escape, a class as a whole, a quantifier, or one character. */
const piece = /\\.|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\(\?(?:[:=!]|<[=!]|<\w+>)|./gsu;

const opposites: Readonly<Record<string, string>> = {
  "^": "",
  $: "",
  "+": "*",
  "*": "+",
  "\\d": "\\D",
  "\\D": "\\d",
  "\\s": "\\S",
  "\\S": "\\s",
  "\\w": "\\W",
  "\\W": "\\w",
  "(?=": "(?!",
  "(?!": "(?=",
  "(?<=": "(?<!",
  "(?<!": "(?<=",
};

/** Every literal that differs from this one in one piece and is still a regular expression. */
export function patternChanges(literal: string): string[] {
  const end = literal.lastIndexOf("/");
  const [body, flags] = [literal.slice(1, end), literal.slice(end + 1)];
  const pieces = body.match(piece) ?? [];
  const bodies = pieces.flatMap((part, at) =>
    replacementsOf(part, at > 0).map(other => pieces.toSpliced(at, 1, other).join("")),
  );
  const withoutFlag = [...flags].map(flag => [body, flags.replace(flag, "")] as const);
  return [...bodies.map(other => [other, flags] as const), ...withoutFlag]
    .filter(([source, flag]) => source !== "" && isPattern(source, flag))
    .map(([source, flag]) => `/${source}/${flag}`);
}

function replacementsOf(part: string, follows: boolean): string[] {
  const other = opposites[part];
  if (other !== undefined) return [other];
  if (part === "?" && follows) return [""];
  if (part.startsWith("[^")) return [`[${part.slice(2)}`];
  if (part.startsWith("[")) return [`[^${part.slice(1)}`];
  return /^\{\d/.test(part) ? boundsOf(part) : [];
}

/** `{2,5}` → `{1,5}` and `{2,6}`. */
function boundsOf(part: string): string[] {
  const [least = "", most] = part.slice(1, -1).split(",");
  const fewer = Math.max(Number(least) - 1, 0);
  if (most === undefined) return [`{${fewer}}`, `{${Number(least) + 1}}`];
  return [`{${fewer},${most}}`, ...(most === "" ? [] : [`{${least},${Number(most) + 1}}`])];
}

function isPattern(source: string, flags: string): boolean {
  try {
    void new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}
