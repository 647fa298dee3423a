// Parses the arguments of `npm run bench`. Pure.
import { Argument, Command, InvalidArgumentError } from "commander";

/** The names of all rows; each has a file in rows/. */
export const rowNames = ["run", "crowd", "realms", "preview", "snapshot", "upgrade", "rollback"] as const;
export type RowName = (typeof rowNames)[number];

export interface Arguments {
  readonly rows: readonly RowName[];
  /** Rounds per contender. Default: the row's own number. */
  readonly runs: number | undefined;
  readonly json: boolean;
}

/** Exits on `--help` and on invalid arguments. */
export function readArguments(argv: readonly string[]): Arguments {
  const program = new Command("npm run bench --")
    .description("Measures hearth on the lab, beside other contenders in the same call.")
    .usage("[options] [row...]")
    .addArgument(new Argument("[row...]", "which rows; all of them without").choices(rowNames))
    .option(
      "--runs <number>",
      "rounds per contender, of which the median counts; default 5, or 3 for rows of minutes",
      count,
    )
    .option("--json", "JSON on stdout; the table goes to stderr", false)
    .addHelpText(
      "after",
      `
Rows:
  run       from \`hearth run\` to a usable token, and its teardown, beside the raw admin API, kcadm.sh,
            a cold Keycloak container and bare Pulumi: about two minutes a run on two cores
  crowd     1, 5, 10 and 20 \`hearth run\` at once, beside as many of bare Pulumi and of the raw admin API, and the
            CPU time that they use: about four minutes a run on two cores
  realms    a realm's create and delete by hearth's provider and by the raw admin API, with 0, 10, 50 and 100 other
            realms there: about two minutes a run
  preview   \`pulumi preview\` of 2 apps and of 10, beside bare Pulumi
  snapshot  of 160 MB and of 2 GB, beside tar, cp and restic, in the temporary directory: 6 GB of room; installs restic
  upgrade   the downtime of an upgrade of Keycloak, beside undeploy and deploy by hand: two minutes a run
  rollback  from a broken release's deploy to healthy again
upgrade and rollback create a separate warm stack: the data of the lab's apps and their releases are removed first.

The lab (npm run lab -- up) is brought up first and stays; its warm stack too, but for the rows upgrade and rollback, which make it anew and wipe it. A goal that is missed is marked ✗; the exit code
is 0 all the same: a bench is no test. Ctrl-C ends after the step in progress and removes what was created.`,
    )
    .parse(argv, { from: "user" });
  const { runs, json } = program.opts<{ runs?: number; json: boolean }>();
  const rows = program.args as RowName[];
  return { rows: rowNames.filter(name => rows.length === 0 || rows.includes(name)), runs, json };
}

function count(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new InvalidArgumentError("expected a whole number of at least 1.");
  return runs;
}
