// Observes a warm app: its profile says whether it is the ingress.
import { observe, type ObservedApp } from "../lib/health/index.ts";
import type { WarmAppInputs } from "./inputs.ts";
import { profileOf } from "./profiles/index.ts";

export function observeApp({ domain, health, recipe }: WarmAppInputs): Promise<ObservedApp> {
  return observe({ domain, health, ingress: profileOf(recipe).ingress });
}
