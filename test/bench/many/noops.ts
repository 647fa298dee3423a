// A stack of BENCH_NOOPS dynamic resources that do nothing.
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";

class Noop extends pulumi.CustomResource {
  constructor(name: string) {
    super("pulumi-nodejs:dynamic/bare:Noop", name, {
      __provider: "exports.handler = () => require('./test/bench/bare/provider.ts').provider;",
    });
  }
}

export const ids = Array.from(
  { length: Number(process.env["BENCH_NOOPS"]) },
  (_, index) => new Noop(`noop-${index}`).id,
);
flushCompileCache();
