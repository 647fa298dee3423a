// Rules for imports between folders: dependencies go one way and have no cycles.
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { join } from "node:path";

/** commands → stacks → resources → pulumi, lib. `comment` ends the message of a violation. */
export const layers: IForbiddenRuleType[] = [
  { name: "no-circular", comment: "expected no circular imports", from: {}, to: { circular: true } },
  {
    name: "lib-knows-no-resource",
    comment: "lib imports neither resources nor the layers above them",
    from: { path: "^providers/lib/" },
    to: { path: "^(providers/(?!lib/)|commands/|stacks/)" },
  },
  {
    name: "lib-knows-no-pulumi",
    comment: "lib doesn't import Pulumi",
    from: { path: "^providers/lib/" },
    to: { path: "(^|/)@pulumi/" },
  },
  {
    name: "tool-behind-index",
    comment: "import a tool of lib through its index.ts",
    from: { path: "^(providers/(?!lib/)|commands/|stacks/)" },
    to: { path: "^providers/lib/[^/]+/", pathNot: "/index\\.ts$" },
  },
  {
    name: "tool-behind-index-in-lib",
    comment: "import a tool of lib through its index.ts",
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
    comment: "of the other resources, lease imports only app (to repair Keycloak)",
    from: { path: "^providers/lease/" },
    to: { path: "^providers/(runApp|realm)/" },
  },
  {
    name: "resources-know-nothing-above",
    comment: "resources import neither stacks nor commands",
    from: { path: "^providers/" },
    to: { path: "^(commands|stacks)/" },
  },
  {
    name: "pulumi-knows-no-resource",
    comment: "providers/pulumi imports no resource",
    from: { path: "^providers/pulumi/" },
    to: { path: "^providers/(app|runApp|realm|lease)/" },
  },
  {
    name: "stacks-know-no-command",
    comment: "stacks import no command",
    from: { path: "^stacks/" },
    to: { path: "^commands/" },
  },
  {
    name: "subcommands-stand-alone",
    comment: "only commands/hearth.ts imports a subcommand's file",
    from: { path: "^(commands/|stacks/|providers/)", pathNot: "^commands/hearth\\.(ts|mjs)$" },
    to: { path: "^commands/[^/]+\\.ts$" },
  },
  {
    name: "one-file-runs-programs",
    comment: "only providers/lib/process/run.ts runs programs",
    from: { pathNot: "^providers/lib/process/run\\.ts$" },
    to: { path: "(^|/)(execa|nano-spawn)(/|$)" },
  },
  {
    name: "no-test-in-production",
    comment: "production code doesn't import tests",
    from: { path: "^(providers|commands|stacks)/" },
    to: { path: "^test/" },
  },
];

/** Violations, one line each: `rule: from → to: comment`. */
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
