// The inputs that every app has, whether it is kept warm or deployed for one run.
import { z } from "zod";
import { health } from "../health/index.ts";
import { absolutePath, domainName, envVariables, recipeName } from "./names.ts";

/** Points to a secret's value without holding it: the value never enters Pulumi's state. */
const secretSource = z.strictObject({
  file: absolutePath.describe("Absolute path of a file on the host that holds the value."),
});

/** Fields to spread into the schema of an app. `version` is a tag or `latest`, which each resource resolves itself. */
export const commonAppInputs = {
  recipe: recipeName.describe("Co-op Cloud recipe."),
  domain: domainName.describe("Domain of the app; identifies it."),
  server: z.string().min(1).default("default").describe("abra's name of the server. Default: default."),
  version: z.string().min(1).default("latest").describe("Tag of the recipe, or latest. Default: latest."),
  env: envVariables.default({}).describe("Variables of the .env that hearth sets. Default: none."),
  secrets: z
    .record(z.string(), secretSource)
    .default({})
    .describe("Files that hold secret values, by abra's name of the secret; abra generates the others. Default: none."),
  health: health.prefault({}).describe("Health check."),
  stateDir: absolutePath.describe("hearth's directory on the host. Absolute path."),
} as const;
