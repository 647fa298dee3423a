// Which folder may import which: arrows go one way, and nothing goes round in a circle.
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { join } from "node:path";

/** commands → stacks → resources → pulumi, lib. `comment` is what a person reads when the rule is broken. */
export const layers: IForbiddenRuleType[] = [
  { name: "no-circular", comment: "modules import each other in a circle", from: {}, to: { circular: true } },
  {
    name: "lib-knows-no-resource",
    comment: "lib knows neither resources nor what is above them",
    from: { path: "^providers/lib/" },
    to: { path: "^(providers/(?!lib/)|commands/|stacks/)" },
  },
  {
    name: "lib-knows-no-pulumi",
    comment: "lib knows nothing of Pulumi",
    from: { path: "^providers/lib/" },
    to: { path: "(^|/)@pulumi/" },
  },
  {
    name: "tool-behind-index",
    comment: "a tool of lib is imported through its index.ts",
    from: { path: "^(providers/(?!lib/)|commands/|stacks/)" },
    to: { path: "^providers/lib/[^/]+/", pathNot: "/index\\.ts$" },
  },
  {
    name: "tool-behind-index-in-lib",
    comment: "a tool of lib is imported through its index.ts",
    from: { path: "^providers/lib/([^/]+)/" },
    to: { path: "^providers/lib/[^/]+/", pathNot: ["/index\\.ts$", "^providers/lib/$1/"] },
  },
  {
    name: "resources-stand-alone",
    comment: "resources don't import each other",
    from: { path: "^providers/(app|runApp|realm)/" },
    to: { path: "^providers/(app|runApp|realm|lease)/", pathNot: "^providers/$1/" },
  },
  {
    name: "lease-repairs-warm-apps",
    comment: "of the other resources, a lease imports the warm apps alone (it has Keycloak repaired)",
    from: { path: "^providers/lease/" },
    to: { path: "^providers/(runApp|realm)/" },
  },
  {
    name: "resources-know-nothing-above",
    comment: "resources know neither stacks nor commands",
    from: { path: "^providers/" },
    to: { path: "^(commands|stacks)/" },
  },
  {
    name: "pulumi-knows-no-resource",
    comment: "providers/pulumi serves every resource and knows none",
    from: { path: "^providers/pulumi/" },
    to: { path: "^providers/(app|runApp|realm|lease)/" },
  },
  {
    name: "stacks-know-no-command",
    comment: "stacks know no command",
    from: { path: "^stacks/" },
    to: { path: "^commands/" },
  },
  {
    name: "subcommands-stand-alone",
    comment: "a subcommand's file is imported by commands/hearth.ts alone",
    from: { path: "^(commands/|stacks/|providers/)", pathNot: "^commands/hearth\\.(ts|mjs)$" },
    to: { path: "^commands/[^/]+\\.ts$" },
  },
  {
    name: "one-file-runs-programs",
    comment: "programs are run by providers/lib/process/run.ts",
    from: { pathNot: "^providers/lib/process/run\\.ts$" },
    to: { path: "(^|/)(execa|nano-spawn)(/|$)" },
  },
  {
    name: "no-test-in-production",
    comment: "production code imports nothing from test",
    from: { path: "^(providers|commands|stacks)/" },
    to: { path: "^test/" },
  },
];

/** Each broken rule in a line: `rule: from → to: comment`. */
export async function brokenLayers(project: string, rules = layers): Promise<string[]> {
  const { output } = await cruise(
    ["providers", "commands", "stacks"],
    {
      baseDir: project,
      ruleSet: { forbidden: rules.map(rule => ({ severity: "error", ...rule })) },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
    },
    undefined,
    { tsConfig: extractTSConfig(join(project, "tsconfig.json")) },
  );
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ rule, from, to, cycle }) => {
    const path = [from, ...(cycle ? cycle.map(each => each.name) : [to])].join(" → ");
    return `${rule.name}: ${path}: ${rules.find(each => each.name === rule.name)?.comment}`;
  });
}
