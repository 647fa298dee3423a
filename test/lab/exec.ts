// Runs a command with the lab's environment, and names that resolve as they do in the lab.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants } from "node:os";
import { hostAddress } from "./dns.ts";
import { labEnvironment } from "./environment.ts";
import { at } from "./paths.ts";

const resolvConf = join(at.dns, "resolv.conf");

/**
 * argv that runs `command` in a mount namespace of its own whose resolv.conf asks the lab's DNS server;
 * the machine's file stays as it is. Mounts made outside later are still seen.
 */
export function inLab(command: readonly string[]): string[] {
  const script = `mount --bind ${resolvConf} /etc/resolv.conf && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, "sh", ...command];
}

/** Writes what `inLab` binds. */
export async function writeResolvConf(): Promise<void> {
  await mkdir(at.dns, { recursive: true });
  await writeFile(resolvConf, `nameserver ${await hostAddress()}\n`);
}

/** Runs `command` in the lab with this terminal, and gives back its exit code (128 + number for a signal). */
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
