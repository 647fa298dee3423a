// Parses the arguments of `npm run bench`. Pure.
import { Argument, Command, InvalidArgumentError } from "commander";

/** Each row has a file in rows/. */
export const rowNames = ["run", "crowd", "realms", "preview", "snapshot", "upgrade", "rollback"] as const;
export type RowName = (typeof rowNames)[number];

export interface Arguments {
  readonly rows: readonly RowName[];
  /** Measured runs per contender; undefined: the row's default. */
  readonly runs: number | undefined;
  readonly json: boolean;
}

/** Exits the process on `--help` and on invalid arguments. */
export function readArguments(argv: readonly string[]): Arguments {
  const program = new Command("npm run bench --")
    .description("Measures hearth on the lab beside its peers, all in the same run.")
    .usage("[options] [row...]")
    .addArgument(new Argument("[row...]", "rows to measure (default: all)").choices(rowNames))
    .option(
      "--runs <number>",
      "measured runs per contender, reported as a median (default: 5, or 3 for rows whose runs take minutes)",
      count,
    )
    .option("--json", "print JSON to stdout and the tables to stderr", false)
    .addHelpText(
      "after",
      `
Rows:
  run       from \`hearth run\` to a usable token, and its teardown, beside the raw admin API, kcadm.sh,
            a cold Keycloak container and bare Pulumi; about two minutes a run on two cores
  crowd     1, 5, 10 and 20 concurrent \`hearth run\`, beside as many bare Pulumi stacks and raw admin API calls,
            and the CPU time they use; about four minutes a run on two cores
  realms    create and delete a realm with hearth's provider and with the raw admin API, beside 0, 10, 50 and 100
            other realms; about two minutes a run
  preview   \`pulumi preview\` of 2 and of 10 apps, beside bare Pulumi
  snapshot  160 MB and 2 GB, beside tar, cp and restic; needs 6 GB in the temporary directory; installs restic
  upgrade   downtime of a Keycloak upgrade, beside undeploy and deploy by hand; two minutes a run
  rollback  from deploying a broken release to healthy again

The bench brings up the lab (npm run lab -- up) and its warm stack, and leaves both running. Rows upgrade and rollback
recreate the warm stack and wipe it afterwards, with the data of the lab's apps and the releases made for tests.
A missed goal is marked ✗ and doesn't change the exit code. Ctrl-C stops after the current step and cleans up.`,
    )
    .parse(argv, { from: "user" });
  const { runs, json } = program.opts<{ runs?: number; json: boolean }>();
  const rows = program.args as RowName[];
  return { rows: rowNames.filter(name => rows.length === 0 || rows.includes(name)), runs, json };
}

function count(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new InvalidArgumentError("expected an integer of at least 1");
  return runs;
}
