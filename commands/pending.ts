// `hearth pending`: prints what the next `up` does to each warm app, for people and scripts.
import { describeHold } from "../providers/app/release.ts";
import { resolve } from "../providers/app/resolve.ts";
import { readWarmApps } from "./common/config.ts";

/** 0: nothing; 10: something will be applied by the next `up`; 11: only holds. */
export async function pending({ json }: { readonly json: boolean }): Promise<number> {
  const apps = await readWarmApps();
  const found = await Promise.all(apps.map(async app => ({ app, ...(await resolve(app, {})) })));
  const rows = found.map(({ app, inputs, running, line }) => {
    const next = inputs.version !== running || inputs.condition !== "healthy" ? inputs.version : undefined;
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
  return rows.some(row => row.held.length > 0) ? 11 : 0;
}
