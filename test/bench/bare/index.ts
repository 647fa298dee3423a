// A stack with one dynamic resource that does nothing, registered like hearth's (providers/pulumi/resource.ts).
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";

class Nothing extends pulumi.CustomResource {
  constructor(name: string) {
    super("pulumi-nodejs:dynamic/bare:Nothing", name, {
      __provider: "exports.handler = () => require('./provider.ts').provider;",
    });
  }
}

export const id = new Nothing("nothing").id;
flushCompileCache();
