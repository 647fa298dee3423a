// hearth: `up` lasts from the call of `hearth run` to its command's token, `teardown` from there to its exit.
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { project } from "../../lab/paths.ts";
import { runProgram, runProgramWithOutput } from "../program.ts";
import type { Contender } from "../row.ts";

const stamp = join(project, "test/bench/stamp.mjs");

export function hearth(): Contender {
  return {
    name: "hearth run",
    warmUp: true,
    measure: async () => {
      const start = Date.now();
      const { token, end } = await hearthRun();
      return { up: token - start, teardown: end - token };
    },
  };
}

/** Performs one run with a unique build; returns times of Date.now(). Throws with the output of hearth. */
export async function hearthRun(): Promise<{ readonly token: number; readonly end: number }> {
  const flags = ["--recipe", "notes", "--build", `bench-${randomBytes(6).toString("hex")}`];
  const start = Date.now();
  try {
    const { stdout, stderr } = await runProgramWithOutput(
      "hearth",
      ["run", ...flags, "--", process.execPath, stamp],
      "hearth run",
    );
    const [token, end] = [Number(stdout), Date.now()];
    if (!(token > start))
      throw new Error(`hearth run: expected its command to print a time, found ${JSON.stringify(stdout)}`);
    // hearth only warns about a failed teardown: its exit code is the command's.
    if (/^hearth: warning: ci-\S+ not removed: /m.test(stderr)) throw new Error(`hearth run: ${stderr}`);
    return { token, end };
  } catch (error) {
    // hearth tears the run down, unless that is what failed.
    await runProgram("hearth", ["run", "stop", ...flags], "hearth run stop").catch((stopError: Error) =>
      console.error(`bench: warning: ${stopError.message}`),
    );
    throw error;
  }
}
