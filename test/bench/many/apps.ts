// A stack of Apps, as the environment says them.
import { flushCompileCache } from "node:module";
import { App } from "../../../providers/app/index.ts";
import type { AppArgs } from "../../../providers/app/inputs.ts";

const all = JSON.parse(process.env["BENCH_APPS"] ?? "[]") as AppArgs[];

export const urls = all.map(app => new App(app.domain, app).url);
flushCompileCache();
