// Registers a resource with Pulumi: its provider is a constant text instead of serialised closures.
import * as pulumi from "@pulumi/pulumi";

/** Plain inputs in a program: each value may be an output of another resource. */
export type Wrapped<T> = { [K in keyof T]: pulumi.Input<T[K]> };

/** Texts by name: the record and each text may be an output of another resource. */
export type WrappedTexts = pulumi.Input<Record<string, pulumi.Input<string>>>;

/**
 * The text that the provider process evaluates. It loads the checked-out code, so that delete and refresh never run an
 * old copy. `path` is relative to the project's root and part of every state: never move the file while stacks exist.
 */
export function providerText(path: string): string {
  return `exports.handler = () => require('./${path}').provider;`;
}

interface Registration {
  /** Module and type in Pulumi's type token: `app:WarmApp`. */
  readonly type: string;
  /** The file that exports `provider`, relative to the project's root. */
  readonly provider: string;
  /** Names of the outputs that aren't inputs. */
  readonly outputs: readonly string[];
  /** Names of the outputs that Pulumi must keep as secrets. */
  readonly secrets?: readonly string[];
}

/** Base class of hearth's resources. */
export class DynamicResource extends pulumi.CustomResource {
  constructor(registration: Registration, name: string, args: object, options: pulumi.CustomResourceOptions = {}) {
    const outputs = Object.fromEntries(registration.outputs.map(output => [output, undefined]));
    const secrets = [...(options.additionalSecretOutputs ?? []), ...(registration.secrets ?? [])];
    super(
      `pulumi-nodejs:dynamic/${registration.type}`,
      name,
      { ...outputs, ...args, __provider: providerText(registration.provider) },
      { ...options, additionalSecretOutputs: secrets },
    );
  }
}
