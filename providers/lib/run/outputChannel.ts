// What `hearth run` and what it starts agree on: a socket on which it waits for the outputs, and for lines that a person should see.
import { connect } from "node:net";

/** The variable that names the socket; unset where Pulumi's own commands are used. */
export const OUTPUT_CHANNEL = "HEARTH_OUTPUT_CHANNEL";

/** A letter: one a connection, as JSON. */
export type Message = { readonly outputs: Record<string, unknown> } | { readonly line: string };

/** Sends `letter`, if anybody waits. What goes wrong is no failure: hearth then asks Pulumi. */
export function send(letter: Message, path = process.env[OUTPUT_CHANNEL]): Promise<void> {
  if (path === undefined) return Promise.resolve();
  return new Promise(resolve => {
    const socket = connect(path);
    socket.once("error", () => resolve());
    socket.once("close", () => resolve());
    socket.end(JSON.stringify(letter));
    socket.resume();
  });
}

/** A line for the person who waits for the run. */
export function sendLine(line: string): void {
  void send({ line });
}
