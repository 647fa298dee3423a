// compose: what the rest of hearth may use.
export { type Compose, healthSeconds, lacksHealthcheck, loadFault } from "./compose.ts";
export {
  atTag,
  composeAt,
  deployEnv,
  namesTooLong,
  readComposeFiles,
  type ReadFile,
  readRecipe,
  type Recipe,
  RecipeError,
  secretOf,
} from "./recipe.ts";
