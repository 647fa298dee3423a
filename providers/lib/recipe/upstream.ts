// Finds the repository that a recipe comes from.
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { git } from "../git/index.ts";

export class UnknownRecipeError extends Error {
  override readonly name = "UnknownRecipeError";
}

const catalogue = z.record(z.string(), z.looseObject({ repository: z.string() }));

/** The origin of the operator's clone, else the repository in abra's catalogue. Throws UnknownRecipeError. */
export async function upstreamOf(recipe: string, operatorDir: string): Promise<string> {
  const clone = join(operatorDir, "recipes", recipe);
  const origin =
    (await exists(clone)) &&
    (await git(clone, ["remote", "get-url", "--", "origin"], `read the origin of ${recipe}`).catch(() => undefined));
  if (origin) return origin;
  const file = join(operatorDir, "catalogue", "recipes.json");
  const text = await readFile(file, "utf8").catch(() => "{}");
  const repository = catalogue.parse(JSON.parse(text))[recipe]?.repository;
  if (repository) return repository;
  throw new UnknownRecipeError(
    `recipe "${recipe}" not found in ${clone} or ${file}: fetch it first (abra recipe fetch ${recipe})`,
  );
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
