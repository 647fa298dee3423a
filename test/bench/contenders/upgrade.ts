// hearth's upgrade: `pulumi up` after a new release of the recipe, as in the nightly job.
import { upArgv } from "../../../commands/pulumi/argv.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { readLastGood } from "../../../providers/lib/state/versions.ts";
import { stateDir } from "../../lab/paths.ts";
import { release } from "../../lab/upstream.ts";
import { nextVersion } from "../freshStack.ts";
import { watch } from "../outage.ts";
import { runProgram } from "../program.ts";
import type { Contender } from "../row.ts";

export function upgrade(domain: string): Contender<"downtime"> {
  let released = 0;
  return {
    name: "hearth",
    warmUp: false,
    measure: async () => {
      const version = nextVersion((released += 1));
      await release("keycloak", { version });
      const watched = watch(`https://${domain}/realms/master`);
      await runProgram("pulumi", upArgv("warm"), `upgrade Keycloak to ${version}`).finally(watched.end);
      const lastGood = (await readLastGood(appFolder(stateDir, domain)))?.version;
      const downtime = watched.outage();
      if (lastGood !== version || !downtime)
        throw new Error(
          `upgrade Keycloak: expected last good ${version}, found ${lastGood} after a downtime of ${downtime} ms`,
        );
      return { downtime };
    },
  };
}
