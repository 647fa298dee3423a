// recipe: what the rest of hearth may use.
export { additionNames, envRequirements, type EnvRequirements, missing, withAdditions } from "./envRequirements.ts";
export { dropStaleLocks, fileAt, hasTag, notesAt, refreshMirror, type Tag, tagsOf } from "./mirror.ts";
export { compareVersions, parseVersion, type RecipeVersion } from "./version.ts";
