// abra: what the rest of hearth may use.
export { type Abra, AbraError, abraFatal, abraIn, probeAbra } from "./cli.ts";
export { outdatedKeys, withDefaultEnv, withOwnedEnv } from "./ownedEnv.ts";
export { envPath, operatorAbraDir, prepareAbraDir } from "./home.ts";
export { recordedVersion } from "./recordedVersion.ts";
