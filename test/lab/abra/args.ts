// Parses abra's command line: flags may precede the subcommand or follow the positionals.
import { parseArgs } from "node:util";
import { fatal } from "./fatal.ts";

const options = {
  "no-input": { type: "boolean", short: "n" },
  offline: { type: "boolean", short: "o" },
  force: { type: "boolean", short: "f" },
  "no-converge-checks": { type: "boolean", short: "c" },
  chaos: { type: "boolean", short: "C" },
  "no-domain-checks": { type: "boolean", short: "D" },
  machine: { type: "boolean", short: "m" },
  status: { type: "boolean", short: "S" },
  server: { type: "string", short: "s" },
  domain: { type: "string" },
  secrets: { type: "boolean" },
  all: { type: "boolean", short: "a" },
  local: { type: "boolean", short: "l" },
  version: { type: "boolean", short: "v" },
  help: { type: "boolean", short: "h" },
} as const;

export type Flags = ReturnType<typeof parse>["values"];

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    return fatal((error as Error).message);
  }
}

/** Passes everything after `--` on unchanged (`app run`). */
export function readArgs(argv: readonly string[]): { words: string[]; flags: Flags } {
  // The words after `app run <domain> <service>` are another program's: don't parse them as flags.
  const isRun = argv[0] === "app" && argv[1] === "run";
  const [own, rest] = isRun ? [argv.slice(0, 4), argv.slice(4)] : [argv, []];
  const { positionals, values } = parse([...own]);
  return { words: [...positionals, ...rest.filter((word, index) => !(index === 0 && word === "--"))], flags: values };
}
