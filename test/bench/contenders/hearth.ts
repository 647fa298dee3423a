// hearth: from the start of `hearth run` to a token in its command, then from the end of the command to hearth's exit.
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { project } from "../../lab/paths.ts";
import { printed, program } from "../program.ts";
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

/** One complete run: when it had its token and when it ended, as Date.now(). Throws with hearth's output. */
export async function hearthRun(): Promise<{ readonly token: number; readonly end: number }> {
  const flags = ["--recipe", "notes", "--build", `bench-${randomBytes(6).toString("hex")}`];
  const start = Date.now();
  try {
    const { stdout, stderr } = await printed("hearth", ["run", ...flags, "--", process.execPath, stamp], "hearth run");
    const [token, end] = [Number(stdout), Date.now()];
    if (!(token > start)) throw new Error(`hearth run: its command printed ${JSON.stringify(stdout)}, not a time`);
    // hearth only warns: its exit code is the command's.
    if (/^hearth: warning: ci-\S+ not removed: /m.test(stderr)) throw new Error(`hearth run: ${stderr}`);
    return { token, end };
  } catch (error) {
    // hearth removes the run, unless the removal failed.
    await program("hearth", ["run", "stop", ...flags], "hearth run stop").catch((left: Error) =>
      console.error(`bench: warning: ${left.message}`),
    );
    throw error;
  }
}
