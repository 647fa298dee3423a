#!/usr/bin/env node
// The command `hearth`: exits with a message if Node can't run TypeScript, else loads the subcommands.
import * as module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `hearth needs Node 22.18 or newer; found ${process.versions.node} (${process.execPath}). ` +
      "Put a newer one first on PATH.",
  );
  process.exit(125);
}
// Node itself has enabled it if NODE_COMPILE_CACHE is set.
if (!process.env.NODE_COMPILE_CACHE) {
  const { compileCache } = await import("./pulumi/compileCache.ts");
  const folder = compileCache("commands", process.env);
  if (folder !== undefined) module.enableCompileCache(folder);
}
await import("./hearth.ts");
