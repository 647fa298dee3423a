// Logs a provider's progress: in Pulumi's output, and to the waiting `hearth run`.
import { sendLine } from "./outputChannel.ts";

export function logOfRun(line: string): void {
  console.log(line);
  sendLine(line);
}
