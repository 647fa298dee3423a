// What a provider says of a run: under Pulumi's stack, and to the person who waits for the run.
import { tellRun } from "./outputChannel.ts";

export function sayOfRun(line: string): void {
  console.log(line);
  tellRun(line);
}
