import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { cpuAccountFile, parseCpuAccount, processTreeTime } from "./cpu.ts";

describe("CPU time", () => {
  it("of a process includes its children's, whatever characters its name contains", () =>
    assert.equal(
      processTreeTime("42 (a) b (c) S 1 42 42 0 -1 4194560 900 70 0 0 101 22 3000 4 20 0 1 0 500 0 0"),
      31_270,
    ));

  it("rejects text that isn't a /proc stat line", () => {
    assert.throws(() => processTreeTime(""), /expected a line of/);
    assert.throws(() => processTreeTime("42 (a) S 1 42"), /expected a line of/);
  });

  it("of this process includes its grandchildren's", async () => {
    const now = async () => processTreeTime(await readFile("/proc/self/stat", "utf8"));
    const before = await now();
    const busy = "const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end);";
    assert.equal(spawnSync("sh", ["-c", `"$0" -e '${busy}'; true`, process.execPath]).status, 0);
    assert.ok((await now()) - before >= 290);
  });

  it("of a container is in the file of its cgroup version", () => {
    const one =
      "9:name=systemd:/docker/8aee\n8:pids:/docker/8aee\n2:cpuacct:/docker/8aee\n1:cpu:/docker/8aee\n0::/docker/8aee\n";
    assert.equal(cpuAccountFile(one), "/sys/fs/cgroup/cpuacct/docker/8aee/cpuacct.usage");
    assert.equal(
      cpuAccountFile("4:cpu,cpuacct:/docker/8aee\n0::/init.scope\n"),
      "/sys/fs/cgroup/cpuacct/docker/8aee/cpuacct.usage",
    );
    assert.equal(
      cpuAccountFile("0::/system.slice/docker-8aee.scope\n"),
      "/sys/fs/cgroup/system.slice/docker-8aee.scope/cpu.stat",
    );
    assert.throws(() => cpuAccountFile("8:pids:/docker/8aee\n"), /no cgroup with CPU accounting/);
  });

  it("of a cgroup is parsed in the format of its version", () => {
    assert.equal(parseCpuAccount("12345000000\n"), 12_345);
    assert.equal(parseCpuAccount("usage_usec 7500000\nuser_usec 5000000\nsystem_usec 2500000\n"), 7_500);
    assert.throws(() => parseCpuAccount(""), /no CPU time in cgroup file/);
  });
});
