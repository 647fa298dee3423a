// Cleans another program's text before it is logged, thrown, stored or sent.
import { printable } from "../reason.ts";
import { mask } from "./mask.ts";

/**
 * Masks `secrets` and removes control characters. Masks before, because a secret may contain such characters, and
 * after, because they may have split one.
 */
export function cleanText(text: string, secrets: readonly string[]): string {
  return mask(printable(mask(text, secrets)), secrets);
}
