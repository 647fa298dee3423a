// Runs a command with the lab's environment and its DNS server.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants } from "node:os";
import { hostAddress } from "./dns.ts";
import { labEnvironment } from "./environment.ts";
import { at } from "./paths.ts";

const resolvConf = join(at.dns, "resolv.conf");

/**
 * argv that runs `command` in its own mount namespace, where resolv.conf points to the lab's DNS server.
 * The machine's file is unchanged; later mounts outside remain visible inside.
 */
export function inLab(command: readonly string[]): string[] {
  const script = `mount --bind ${resolvConf} /etc/resolv.conf && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, "sh", ...command];
}

/** Writes the file that `inLab` mounts. */
export async function writeResolvConf(): Promise<void> {
  await mkdir(at.dns, { recursive: true });
  await writeFile(resolvConf, `nameserver ${await hostAddress()}\n`);
}

/** Runs `command` in the lab on this terminal; returns its exit code (128 + number for a signal). */
export async function execInLab(command: readonly string[], cwd = process.cwd()): Promise<number> {
  await writeResolvConf();
  const [program, ...argv] = inLab(command);
  const child = spawn(program!, argv, { cwd, stdio: "inherit", env: { ...process.env, ...labEnvironment() } });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", () => undefined); // the terminal sends it to the whole group
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}
