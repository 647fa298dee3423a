// Row `preview`: `pulumi preview` of hearth's apps, beside Pulumi alone with as many resources.
import { join } from "node:path";
import { manyApps, removeManyApps } from "../manyApps.ts";
import type { Goal } from "../measure.ts";
import type { BenchContext, Row } from "../row.ts";
import { barePreview, hearthPreview, type Count } from "../contenders/previews.ts";

const goals = (["2 apps", "10 apps"] as const).map((phase): Goal<Count> => ({
  phase,
  contender: "hearth",
  against: ["bare Pulumi"],
  atMost: 1.3,
  description: "at most 1.3 × bare Pulumi with as many resources",
}));

export async function previewRow({ folder }: BenchContext): Promise<Row<Count>> {
  const apps = manyApps(folder);
  const hearth = hearthPreview(join(folder, "apps"), apps);
  const bare = barePreview(join(folder, "noops"), apps.length);
  return {
    name: "preview",
    title:
      "preview: `pulumi preview` of the warm stack's 2 apps, and of 10 small apps (custom-html) with an upstream each",
    contenders: [hearth.contender, bare.contender],
    goals,
    setUp: async () => {
      console.error(`bench: bringing up ${apps.length} small apps`);
      await hearth.setUp();
      await bare.setUp();
    },
    tearDown: () => removeManyApps(apps.map(({ domain }) => domain)),
  };
}
