// Preloaded into every Pulumi process: the V8 flag that its language host sets only after many modules are loaded. V8
// refuses code cached under other flags, so the processes would discard each other's cache in every run.
require("node:v8").setFlagsFromString("--allow-natives-syntax");
