// `hearth pending`: prints what the next `up` does to each warm app, for people and scripts.
import { describeHold } from "../providers/app/release.ts";
import { resolve } from "../providers/app/resolve.ts";
import { readWarmApps } from "./common/config.ts";

/** 0: nothing; 10: something will be applied by the next `up`; 11: something waits for an operator: a hold, a broken app. */
export async function pending({ json }: { readonly json: boolean }): Promise<number> {
  const apps = await readWarmApps();
  const found = await Promise.all(apps.map(async app => ({ app, ...(await resolve(app, {}, console.error)) })));
  const rows = found.map(({ app, inputs, running, line }) => {
    const isDue = inputs.version !== running || inputs.condition !== "healthy";
    const next = isDue && inputs.condition !== "broken" ? inputs.version : undefined;
    return {
      app: app.recipe,
      domain: app.domain,
      running,
      condition: inputs.condition,
      next,
      held: inputs.held.map(describeHold),
      line,
    };
  });
  if (json) console.log(JSON.stringify(rows, null, 2));
  else for (const { line } of rows) console.log(line);
  if (rows.some(row => row.next !== undefined)) return 10;
  return rows.some(row => row.held.length > 0 || row.condition === "broken") ? 11 : 0;
}
