// What `hearth run` and `hearth run start` share: the flags that decide what the run gets.
import { resolve } from "node:path";
import type { OwnSettings } from "../pulumi/stackConfig.ts";
import type { IdentityFlags } from "./identity.ts";

export interface RunSettingsFlags extends IdentityFlags {
  /** A working tree of the recipe, deployed instead of a release. */
  readonly checkout?: string;
  readonly keycloak?: string;
  readonly verbose?: boolean;
}

/** The settings that override Pulumi.ci.yaml. A relative checkout is resolved from the caller's folder. */
export function ownSettings({ checkout, keycloak }: RunSettingsFlags): OwnSettings {
  return {
    ...(checkout === undefined ? {} : { checkout: resolve(checkout) }),
    ...(keycloak === undefined ? {} : { keycloak }),
  };
}

/** Throws if `--checkout` is no recipe's folder: before anything is created. */
export async function requireCheckout({ checkout }: RunSettingsFlags): Promise<void> {
  if (checkout === undefined) return;
  const { checkoutFault } = await import("../../providers/runApp/workTree.ts");
  const fault = await checkoutFault(resolve(checkout));
  if (fault !== undefined) throw new Error(`--checkout: ${fault}`);
}
