// A stack of the WarmApps in BENCH_APPS (JSON).
import { flushCompileCache } from "node:module";
import { WarmApp } from "../../../providers/app/index.ts";
import type { WarmAppArgs } from "../../../providers/app/inputs.ts";

const all = JSON.parse(process.env["BENCH_APPS"] ?? "[]") as WarmAppArgs[];

export const urls = all.map(app => new WarmApp(app.domain, app).url);
flushCompileCache();
