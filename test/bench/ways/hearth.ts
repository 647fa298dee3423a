// hearth itself: from the call of `hearth run` to a token in its command, then from the command's end to hearth's own.
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { project } from "../../lab/paths.ts";
import { program } from "../program.ts";
import type { Way } from "../row.ts";

const stamp = join(project, "test/bench/stamp.mjs");

export function hearth(): Way {
  return {
    name: "hearth run",
    warmUp: true,
    measure: async () => {
      const flags = ["--recipe", "docs", "--build", `bench-${randomBytes(6).toString("hex")}`];
      const start = Date.now();
      const stdout = await program("hearth", ["run", ...flags, "--", process.execPath, stamp], "hearth run").catch(async error => {
        // It takes itself away, unless that is what failed.
        await program("hearth", ["run", "stop", ...flags], "hearth run stop").catch((left: Error) => console.error(`bench: warning: ${left.message}`));
        throw error;
      });
      const token = Number(stdout);
      if (!(token > start)) throw new Error(`hearth run: its command printed ${JSON.stringify(stdout)}, not a time`);
      return { up: token - start, teardown: Date.now() - token };
    },
  };
}
