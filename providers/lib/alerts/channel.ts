// The configured channel: its schema, and the delivery of one alert to it. Each kind of channel is a file in channels/.
import { z } from "zod";
import { commandSetting, sendToCommand } from "./channels/command.ts";
import { sendToWebhook, webhookSetting } from "./channels/webhook.ts";
import { ChannelError } from "./errors.ts";
import type { Alert } from "./raise.ts";

export const channel = z
  .strictObject({ command: commandSetting.optional(), webhook: webhookSetting.optional() })
  .refine(
    ({ command, webhook }) => command === undefined || webhook === undefined,
    "expected a command or a webhook, not both",
  );

export type Channel = z.infer<typeof channel>;

/** Whether a channel is configured. */
export function isConfigured({ command, webhook }: Channel): boolean {
  return command !== undefined || webhook !== undefined;
}

/** Resolves once the channel has accepted `alert`. Throws ChannelError, after `limit` milliseconds at the latest. */
export async function sendAlert(alert: Alert, { command, webhook }: Channel, limit: number): Promise<void> {
  const text = JSON.stringify(alert);
  if (command !== undefined) await sendToCommand(text, command, limit);
  else if (webhook !== undefined) await sendToWebhook(text, webhook, limit);
  else throw new ChannelError("failed", "none is configured");
}
