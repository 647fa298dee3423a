// compose: what the rest of hearth may use.
export { type Compose, composeFiles, healthSeconds, loadFault } from "./compose.ts";
export {
  atTag,
  composeAt,
  deployEnv,
  namesTooLong,
  type ReadFile,
  readRecipe,
  type Recipe,
  RecipeError,
  secretOf,
} from "./recipe.ts";
