// Where a run's program leaves its outputs for the `hearth run` that started it: a socket of its owner's alone, so that no secret lies in a file.
import { createServer, type Server } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../../providers/lib/run/index.ts";

export interface OutputChannel {
  /** For the program's environment: see stacks/sendOutputs.ts. */
  readonly path: string;
  /** The outputs that came; undefined where none did. */
  read(): Record<string, unknown> | undefined;
  close(): Promise<void>;
}

/** Avoids reading the outputs through Pulumi: another process and its key derivation, a tenth of a run's wait. */
export async function openOutputChannel(onLine: (line: string) => void = () => undefined): Promise<OutputChannel> {
  const folder = await mkdtemp(join(tmpdir(), "hearth-")); // mode 0700
  const path = join(folder, "outputs");
  let came: Record<string, unknown> | undefined;
  const server: Server = createServer(socket => {
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    socket.on("end", () => {
      const letter = opened(text);
      if (letter === undefined) return;
      if ("line" in letter) onLine(letter.line);
      else came = letter.outputs;
    });
    socket.on("error", () => undefined); // what doesn't come whole is asked of Pulumi
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return {
    path,
    read: () => came,
    close: async () => {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What was cut off is no letter. */
function opened(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return undefined;
  }
}
