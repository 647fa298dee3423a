// A stack of dynamic resources that do nothing; the environment gives their number.
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";

class Nothing extends pulumi.CustomResource {
  constructor(name: string) {
    super("pulumi-nodejs:dynamic/bare:Nothing", name, {
      __provider: "exports.handler = () => require('./test/bench/bare/provider.ts').provider;",
    });
  }
}

export const ids = Array.from(
  { length: Number(process.env["BENCH_NOTHINGS"]) },
  (_, index) => new Nothing(`nothing-${index}`).id,
);
flushCompileCache();
