// The bench inside the lab: measures every row, brings the warm stack up for rows that need it, and prints each table.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments, type RowName } from "./arguments.ts";
import { InterruptedError, watchInterrupts } from "./interrupts.ts";
import { machine } from "./machine.ts";
import { measureRow, type Measured, type Place, type Row } from "./row.ts";
import { crowdRow } from "./rows/crowd.ts";
import { previewRow } from "./rows/preview.ts";
import { realmsRow } from "./rows/realms.ts";
import { rollbackRow } from "./rows/rollback.ts";
import { runRow } from "./rows/run.ts";
import { snapshotRow } from "./rows/snapshot.ts";
import { upgradeRow } from "./rows/upgrade.ts";
import { table } from "./table.ts";
import { warm } from "./warm.ts";

/** A name may select several rows, each with its own table. */
const rows: Record<RowName, (place: Place) => Promise<Row<string> | Row<string>[]>> = {
  run: runRow,
  crowd: crowdRow,
  realms: realmsRow,
  preview: previewRow,
  snapshot: snapshotRow,
  upgrade: upgradeRow,
  rollback: rollbackRow,
};
/** The other rows need no apps, or create their own. */
const onWarm: readonly RowName[] = ["run", "crowd", "realms", "preview"];
const log = (line: string): void => console.error(line);

const { rows: wanted, runs, json } = readArguments(process.argv.slice(2));
const interrupted = watchInterrupts();
const folder = await mkdtemp(join(tmpdir(), "hearth-bench-"));
try {
  const on = await machine();
  const measured: Measured<string>[] = [];
  for (const name of wanted) {
    interrupted.throwIfAborted();
    if (onWarm.includes(name)) {
      log("bench: bringing up the warm stack");
      await warm();
    }
    for (const row of [await rows[name]({ folder, interrupted })].flat()) {
      const done = await measureRow(row, { runs, interrupted, log });
      measured.push(done);
      // Print it now: a later row may fail.
      (json ? console.error : console.log)(`\n${table(done, on)}\n`);
    }
  }
  if (json) console.log(JSON.stringify({ format: 1, unit: "ms", machine: on, rows: measured }, null, 2));
} catch (error) {
  log(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof InterruptedError ? error.exitCode : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
// A kept-alive connection must not keep the bench running.
process.exit();
