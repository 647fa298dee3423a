// Traefik's routers in the labels of services. Pure. Rules: https://doc.traefik.io/traefik/routing/routers/#rule

/**
 * Every host of `Host(…)` in the rule, in lower case: one or several, in backticks or double quotes (v2 allows several,
 * v3 joins them with `||`). A negated host isn't served by the router.
 */
export function routerHosts(rule: string): string[] {
  const matchers = [...rule.matchAll(/(!\s*)?\bHost\(([^)]*)\)/gi)].filter(([, negated]) => negated === undefined);
  const hosts = matchers.flatMap(([, , list = ""]) => [...list.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, host]) => host!));
  return [...new Set(hosts.map(host => host.trim().toLowerCase()))];
}

/** The rules of the HTTP routers that a service's labels declare. */
export function routerRules(labels: Readonly<Record<string, string>>): string[] {
  const isRule = (label: string) => /^traefik\.http\.routers\..*\.rule$/.test(label);
  return Object.entries(labels).flatMap(([label, rule]) => (isRule(label) ? [rule] : []));
}
