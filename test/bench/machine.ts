// Describes the machine on which the bench runs.
import { cpus } from "node:os";
import { must } from "../live/host.ts";

export interface Machine {
  readonly date: string;
  readonly cpus: number;
  readonly cpu: string;
  readonly node: string;
  readonly pulumi: string;
  readonly commit: string;
}

export async function describeMachine(): Promise<Machine> {
  const all = cpus();
  return {
    date: new Date().toISOString(),
    cpus: all.length,
    cpu: all[0]?.model.trim() ?? "unknown",
    node: process.version,
    pulumi: await must("pulumi", "version"),
    commit: await must("git", "describe", "--always", "--dirty"),
  };
}
