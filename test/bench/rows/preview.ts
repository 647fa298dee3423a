// Row `preview`: a preview of every app, beside Pulumi alone with as many resources.
import { join } from "node:path";
import { manyApps, removeManyApps } from "../manyApps.ts";
import type { Goal } from "../measure.ts";
import type { Place, Row } from "../row.ts";
import { barePreview, hearthPreview, type Count } from "../contenders/previews.ts";

const goals = (["2 apps", "10 apps"] as const).map((phase): Goal<Count> => ({
  phase,
  contender: "hearth",
  against: ["bare Pulumi"],
  atMost: 1.3,
  says: "at most 1.3 × bare Pulumi with as many resources",
}));

export async function previewRow({ folder }: Place): Promise<Row<Count>> {
  const apps = manyApps(folder);
  const hearth = hearthPreview(join(folder, "apps"), apps);
  const bare = barePreview(join(folder, "nothings"), apps.length);
  return {
    name: "preview",
    title:
      "preview: `pulumi preview` of the warm stack's 2 apps, and of 10 small ones (custom-html), each with an upstream to be asked",
    contenders: [hearth.contender, bare.contender],
    goals,
    begin: async () => {
      console.error(`bench: deploying ${apps.length} small apps`);
      await hearth.begin();
      await bare.begin();
    },
    end: () => removeManyApps(apps.map(({ domain }) => domain)),
  };
}
