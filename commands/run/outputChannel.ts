// Receives the outputs of a run's program on a private socket, so that no secret is written to a file.
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interruptionFile, type Message } from "../../providers/lib/run/index.ts";

export interface OutputChannel {
  /** For the program's environment: see stacks/sendOutputs.ts. */
  readonly path: string;
  /** The outputs received; undefined if none were. */
  read(): Record<string, unknown> | undefined;
  close(): Promise<void>;
}

/**
 * Avoids reading the outputs through Pulumi: another process and its key derivation, a tenth of a run's wait. Once
 * `interrupted` aborts, the providers stop waiting.
 */
export async function openOutputChannel(
  onLine: (line: string) => void = () => undefined,
  onUsable: () => void = () => undefined,
  interrupted?: AbortSignal,
): Promise<OutputChannel> {
  const folder = await mkdtemp(join(tmpdir(), "hearth-")); // mode 0700
  const path = join(folder, "outputs");
  let received: Record<string, unknown> | undefined;
  const server: Server = createServer(socket => {
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    socket.on("end", () => {
      const message = parseMessage(text);
      if (message === undefined) return;
      if ("line" in message) onLine(message.line);
      else if ("usable" in message) onUsable();
      else received = message.outputs;
    });
    socket.on("error", () => undefined); // incomplete outputs are read through Pulumi
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  // At once, before Pulumi gets its signal.
  const interrupt = () => writeFileSync(interruptionFile(path), "");
  if (interrupted?.aborted) interrupt();
  else interrupted?.addEventListener("abort", interrupt, { once: true });
  return {
    path,
    read: () => received,
    close: async () => {
      interrupted?.removeEventListener("abort", interrupt);
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** undefined for an incomplete message. */
function parseMessage(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return undefined;
  }
}
