// Runs inside the lab: measures each row, with the warm stack up if needed, and prints its table at once.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments, type RowName } from "./arguments.ts";
import { InterruptedError, watchInterrupts } from "./interrupts.ts";
import { describeMachine } from "./machine.ts";
import { measureRow, type Measured, type BenchContext, type Row } from "./row.ts";
import { crowdRow } from "./rows/crowd.ts";
import { previewRow } from "./rows/preview.ts";
import { realmsRow } from "./rows/realms.ts";
import { rollbackRow } from "./rows/rollback.ts";
import { runRow } from "./rows/run.ts";
import { snapshotRow } from "./rows/snapshot.ts";
import { upgradeRow } from "./rows/upgrade.ts";
import { table } from "./table.ts";
import { upWarmStack } from "./warmStack.ts";

/** A name may stand for several rows, each with its own table. */
const rows: Record<RowName, (context: BenchContext) => Promise<Row<string> | Row<string>[]>> = {
  run: runRow,
  crowd: crowdRow,
  realms: realmsRow,
  preview: previewRow,
  snapshot: snapshotRow,
  upgrade: upgradeRow,
  rollback: rollbackRow,
};
/** Rows that need the lab's warm stack; the others need no apps or create their own. */
const needsWarmStack: readonly RowName[] = ["run", "crowd", "realms", "preview"];
const log = (line: string): void => console.error(line);

const { rows: names, runs, json } = readArguments(process.argv.slice(2));
const interrupted = watchInterrupts();
const folder = await mkdtemp(join(tmpdir(), "hearth-bench-"));
try {
  const machine = await describeMachine();
  const measured: Measured<string>[] = [];
  for (const name of names) {
    interrupted.throwIfAborted();
    if (needsWarmStack.includes(name)) {
      log("bench: bringing up the warm stack");
      await upWarmStack();
    }
    for (const row of [await rows[name]({ folder, interrupted })].flat()) {
      const done = await measureRow(row, { runs, interrupted, log });
      measured.push(done);
      // Print now: a later row may fail.
      (json ? console.error : console.log)(`\n${table(done, machine)}\n`);
    }
  }
  if (json) console.log(JSON.stringify({ format: 2, unit: "ms", machine, rows: measured }, null, 2));
} catch (error) {
  log(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof InterruptedError ? error.exitCode : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Don't wait for keep-alive connections.
process.exit();
