// A DNS server for `*.<base>`, for containers and for `lab exec`.
import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Resolver } from "node:dns/promises";
import { alive, which } from "./host.ts";
import { at, base } from "./paths.ts";
import type { Step } from "./steps.ts";
import { docker } from "./swarm.ts";

const pidFile = join(at.dns, "dnsmasq.pid");
const logFile = join(at.dns, "dnsmasq.log");

/** The address of docker's bridge, at which containers and the host reach the host. */
export async function hostAddress(): Promise<string> {
  const address = await docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address))
    throw new Error(`docker's bridge network has no gateway address: got ${JSON.stringify(address)}`);
  return address;
}

/** Whether the DNS server resolves the lab's names. */
export async function dnsAnswers(): Promise<boolean> {
  const address = await hostAddress();
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([address]);
  return resolver.resolve4(`probe.${base}`).then(
    found => found.includes(address),
    () => false,
  );
}

export async function ownDns(): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  const command = pid > 0 && alive(pid) ? await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "") : "";
  return command.trim() === "dnsmasq" ? pid : undefined;
}

export const dns: Step = {
  name: "dns",
  after: ["docker engine"],
  ready: dnsAnswers,
  run: async () => {
    await mkdir(at.dns, { recursive: true });
    const address = await hostAddress();
    const old = await ownDns();
    if (old !== undefined) process.kill(old, "SIGTERM");
    const log = await open(logFile, "w");
    const argv = [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      `--pid-file=${pidFile}`,
      `--listen-address=${address}`,
      "--bind-dynamic",
      "--except-interface=lo",
      `--address=/${base}/${address}`,
      "--user=root",
      "--log-facility=-",
    ];
    const child = spawn((await which("dnsmasq")) ?? "dnsmasq", argv, {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    child.unref();
    await log.close();
    for (let i = 0; !(await dnsAnswers()); i++) {
      if (i === 50) throw new Error(`dnsmasq does not answer at ${address} after 5 s; log: ${logFile}`);
      await sleep(100);
    }
  },
};
