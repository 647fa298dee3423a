// Traefik's routers in the labels of services. Pure. Rules: https://doc.traefik.io/traefik/routing/routers/#rule

/**
 * Every host of `Host(…)` in the rule, in lower case: one or several, in backticks or double quotes (v2 allows several,
 * v3 joins them with `||`; `HostHeader` is v2's other name). A negated host isn't served by the router. Omits the hosts
 * of `HostRegexp(…)`, which can't be listed.
 */
export function routerHosts(rule: string): string[] {
  const hosts = matchersOf(rule).filter(({ name, negated }) => /^host(header)?$/i.test(name) && !negated);
  return [...new Set(hosts.flatMap(({ values }) => values.map(value => value.trim().toLowerCase())))];
}

/** Whether the rule serves hosts that `routerHosts` can't list. */
export function hasHostRegexp(rule: string): boolean {
  return matchersOf(rule).some(({ name, negated }) => /^hostregexp$/i.test(name) && !negated);
}

/** The rules of the HTTP routers that a service's labels declare. */
export function routerRules(labels: Readonly<Record<string, string>>): string[] {
  const isRule = (label: string) => /^traefik\.http\.routers\..*\.rule$/i.test(label);
  return Object.entries(labels).flatMap(([label, rule]) => (isRule(label) ? [rule] : []));
}

interface Matcher {
  readonly name: string;
  /** Its quoted arguments. */
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** A quoted text, a matcher's name with its `(`, or a sign. */
const TOKEN = /`([^`]*)`|"((?:[^"\\]|\\.)*)"|([A-Za-z]\w*)\s*\(|([!()&|,])/g;

/** The matchers of the rule, with the negations of the groups around them. */
function matchersOf(rule: string): Matcher[] {
  const found: { name: string; values: string[]; negated: boolean }[] = [];
  /** For each open parenthesis: whether what it holds is negated, and the matcher whose arguments it holds. */
  const open: { negated: boolean; matcher?: (typeof found)[number] }[] = [];
  let isNegated = false;
  for (const [, raw, quoted, name, sign] of rule.matchAll(TOKEN)) {
    const around = open.at(-1);
    const text = raw ?? quoted;
    if (text !== undefined) around?.matcher?.values.push(text);
    else if (sign === "!") isNegated = !isNegated;
    else if (sign === ")") open.pop();
    else if (name !== undefined || sign === "(") {
      const negated = (around?.negated ?? false) !== isNegated;
      const matcher = name === undefined ? undefined : { name, values: [], negated };
      if (matcher) found.push(matcher);
      open.push(matcher ? { negated, matcher } : { negated });
      isNegated = false;
    }
  }
  return found;
}
