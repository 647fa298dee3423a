// Preloaded into every process of Pulumi's: the V8 flag that its language host sets for itself only once much is loaded. V8 takes no
// compiled code that was kept under other flags, so that its processes would throw each other's out, run for run.
require("node:v8").setFlagsFromString("--allow-natives-syntax");
