// Spawns git and docker; a failure ends in abra's FATA line with their output.
import { execa } from "execa";
import { fatal } from "./fatal.ts";

export interface Call {
  readonly cwd?: string;
  /** The whole environment; default: this process's. */
  readonly env?: Record<string, string>;
  readonly input?: string;
}

export async function call(program: string, argv: readonly string[], { cwd, env, input }: Call = {}): Promise<string> {
  const done = await execa(program, argv, {
    reject: false,
    ...(cwd ? { cwd } : {}),
    ...(env ? { env, extendEnv: false } : {}),
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  if (done.failed) {
    const output = done.stderr || done.stdout || String(done.code ?? done.signal);
    fatal(`${program} ${argv[0]}: ${output.trim().split("\n").join(" ")}`);
  }
  return done.stdout;
}

export const docker = (...argv: string[]): Promise<string> => call("docker", argv);
export const git = (cwd: string, ...argv: string[]): Promise<string> => call("git", argv, { cwd });
export const lines = (text: string): string[] => text.split("\n").filter(Boolean);
