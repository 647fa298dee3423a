// The socket on which `hearth run` receives outputs and progress lines from the processes that it starts.
import { connect } from "node:net";

/** Variable with the socket's path; unset if Pulumi was started without `hearth run`. */
export const OUTPUT_CHANNEL = "HEARTH_OUTPUT_CHANNEL";

/** Sent as JSON, one message per connection. `usable`: the run has its lease and its realm. */
export type Message =
  { readonly outputs: Record<string, unknown> } | { readonly line: string } | { readonly usable: true };

/** Sends `message` if `hearth run` is waiting. Ignores failures: `hearth run` then reads the outputs from Pulumi. */
export function send(message: Message, path = process.env[OUTPUT_CHANNEL]): Promise<void> {
  if (path === undefined) return Promise.resolve();
  return new Promise(resolve => {
    const socket = connect(path);
    socket.once("error", () => resolve());
    socket.once("close", () => resolve());
    socket.end(JSON.stringify(message));
    socket.resume();
  });
}

/** Sends a progress line to the waiting `hearth run`. */
export function sendLine(line: string): void {
  void send({ line });
}
