// A stack of one dynamic resource that does nothing, registered like hearth's (providers/pulumi/resource.ts).
import * as pulumi from "@pulumi/pulumi";
import { flushCompileCache } from "node:module";

class Noop extends pulumi.CustomResource {
  constructor(name: string) {
    super("pulumi-nodejs:dynamic/bare:Noop", name, {
      __provider: "exports.handler = () => require('./provider.ts').provider;",
    });
  }
}

export const id = new Noop("noop").id;
flushCompileCache();
