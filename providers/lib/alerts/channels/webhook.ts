// The channel `webhook`: posts each alert as JSON to a URL.
import { z } from "zod";
import { inSeconds } from "../../time/index.ts";
import { ChannelError } from "../errors.ts";

/** The URL; any 2xx accepts the alert. Usually a secret: never logged. */
export const webhookSetting = z.url({ protocol: /^https?$/ });

/** Resolves once the webhook has accepted `text`. Throws ChannelError, after `limit` milliseconds at the latest. */
export async function sendToWebhook(text: string, url: string, limit: number): Promise<void> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(Math.ceil(limit)),
    });
    await response.body?.cancel();
    if (!response.ok) throw new ChannelError("failed", `the webhook answered ${response.status}`);
  } catch (error) {
    if (error instanceof ChannelError) throw error;
    if ((error as Error).name === "TimeoutError")
      throw new ChannelError("timed out", `the webhook took longer than ${inSeconds(limit)}`);
    // The code says why. The message may contain the URL, so it isn't kept as a cause either.
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    throw new ChannelError("failed", `the webhook can't be reached (${code ?? (error as Error).name})`);
  }
}
