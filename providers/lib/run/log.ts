// What a provider says of a run: under Pulumi's stack, and to the person who waits for the run.
import { sendLine } from "./outputChannel.ts";

export function logOfRun(line: string): void {
  console.log(line);
  sendLine(line);
}
