// A recipe's versions and files, from a mirror of its upstream: what the rest of hearth may use.
export { prereleaseSign } from "./appVersion.ts";
export {
  additionNames,
  canGenerate,
  type DeclaredSecret,
  envRequirements,
  type EnvRequirements,
  isSecretVersion,
  missing,
  withAdditions,
} from "./envRequirements.ts";
export { salvageTags } from "./damage.ts";
export { fileAt, notesAt } from "./files.ts";
export { dropStaleLocks, refreshMirror } from "./mirror.ts";
export { hasTag, lightweightTags, type Tag, tagsOf } from "./tags.ts";
export { compareVersions, parseVersion, type RecipeVersion } from "./version.ts";
