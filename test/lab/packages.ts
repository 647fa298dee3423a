// Installs the Debian packages of programs that the lab needs and the machine lacks.
import { which } from "./host.ts";
import type { Step } from "./steps.ts";

const programs: Record<string, string> = {
  iptables: "iptables",
  mmdebstrap: "mmdebstrap",
  dnsmasq: "dnsmasq-base",
  zstd: "zstd",
  mvn: "maven",
  javac: "openjdk-17-jdk-headless",
  git: "git",
  openssl: "openssl",
  pip3: "python3-pip",
  unzip: "unzip",
  flock: "util-linux",
  dockerd: "docker.io",
  "docker-registry": "docker-registry",
  docker: "docker-cli",
  ps: "procps",
  strace: "strace", // a spec checks the order of fsync and rename
  setfacl: "acl",
  setfattr: "attr",
};

async function missing(): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(programs).map(async ([program, name]) => ((await which(program)) ? [] : [name])),
  );
  return names.flat().filter(name => name !== "docker-cli"); // Debian 12 ships the CLI inside docker.io
}

/** One step for all packages: apt holds a global lock. */
export const packages: Step = {
  name: "packages",
  ready: async () => (await missing()).length === 0,
  run: async shell => {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await shell("apt-get", ["update", "-qq"], { env });
    await shell("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...(await missing())], { env });
  },
};
