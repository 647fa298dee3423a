// hearth's upgrade: `pulumi up` with a new release of the recipe, as the nightly job runs it.
import { upArgv } from "../../../commands/pulumi/argv.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { readLastGood } from "../../../providers/lib/state/versions.ts";
import { stateDir } from "../../lab/paths.ts";
import { release } from "../../lab/upstream.ts";
import { next } from "../fresh.ts";
import { watch } from "../outage.ts";
import { program } from "../program.ts";
import type { Contender } from "../row.ts";

export function upgrade(domain: string): Contender<"downtime"> {
  let released = 0;
  return {
    name: "hearth",
    warmUp: false,
    measure: async () => {
      const version = next((released += 1));
      await release("keycloak", { version });
      const watched = watch(`https://${domain}/realms/master`);
      await program("pulumi", upArgv("warm"), `upgrade Keycloak to ${version}`).finally(watched.end);
      const good = (await readLastGood(appFolder(stateDir, domain)))?.version;
      const downtime = watched.outage();
      if (good !== version || !downtime)
        throw new Error(
          `Keycloak is at ${good} after a downtime of ${downtime} ms; wanted was an upgrade to ${version}`,
        );
      return { downtime };
    },
  };
}
