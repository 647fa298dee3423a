// compose: what the rest of hearth may use.
export {
  type Compose,
  envFiles,
  healthSeconds,
  imageReferences,
  lacksHealthcheck,
  loadFault,
  readCompose,
} from "./compose.ts";
export {
  atTag,
  composeAt,
  deployEnv,
  namesTooLong,
  readComposeFiles,
  type ReadFile,
  readRecipe,
  type Recipe,
  recipeAt,
  RecipeError,
  type TargetApp,
} from "./recipe.ts";
