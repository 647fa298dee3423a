// The error of an alert channel.

type ChannelErrorKind = "timed out" | "failed";

/** The channel didn't accept an alert. */
export class ChannelError extends Error {
  override readonly name = "ChannelError";
  readonly kind: ChannelErrorKind;

  constructor(kind: ChannelErrorKind, why: string, cause?: unknown) {
    super(`alert channel: ${why}`, { cause });
    this.kind = kind;
  }
}
