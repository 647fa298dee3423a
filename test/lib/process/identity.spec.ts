import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootedBefore } from "../../../providers/lib/process/boot.ts";
import {
  processIdentity,
  livenessOf,
  currentProcess,
  type ProcessIdentity,
} from "../../../providers/lib/process/identity.ts";
import { isWholeSystem, processesWithPid } from "../../../providers/lib/process/visible.ts";
import { project } from "../../lab/paths.ts";

/** Starts a process that prints its identity and waits. */
async function startAnother(): Promise<{ child: ChildProcess; who: ProcessIdentity }> {
  const program = `import { currentProcess } from "${join(project, "providers/lib/process/identity.ts")}"; console.log(JSON.stringify(await currentProcess())); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(child.stdout!, "data");
  return { child, who: processIdentity.parse(JSON.parse(String(output))) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("the identity of a process", () => {
  it("names this process, which is alive", async () => {
    const who = await currentProcess();
    assert.equal(who.pid, process.pid);
    assert.equal(who.boot, (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim());
    assert.deepEqual(await currentProcess(), who);
    assert.equal(await livenessOf(who), "alive");
  });

  it("F1: of another process is alive while it runs, and dead after a kill", async () => {
    const { child, who } = await startAnother();
    try {
      assert.equal(who.pid, child.pid);
      assert.equal(await livenessOf(who), "alive");
    } finally {
      await kill(child);
    }
    assert.equal(await livenessOf(who), "dead");
  });

  it("is dead when another process has its pid", async () => {
    const who = await currentProcess();
    assert.equal(await livenessOf({ ...who, started: who.started - 1 }), "dead");
  });

  it("F2: is dead after a reboot, even when another process has its pid and start time", async () => {
    assert.equal(
      await livenessOf({ ...(await currentProcess()), boot: "00000000-0000-0000-0000-000000000000" }),
      "dead",
    );
  });

  it("F59: of another boot is dead only if name and machine are this one's: neither is unique", async () => {
    const who = await currentProcess();
    const [boot, machine] = ["00000000-0000-0000-0000-000000000000", "0123456789abcdef0123456789abcdef"];
    assert.match(who.machine ?? "", /^[0-9a-f]{32}$/);
    assert.equal(await livenessOf({ ...who, host: "renamed" }), "alive");
    assert.equal(await livenessOf({ ...who, boot }), "dead");
    assert.equal(await livenessOf({ ...who, host: "another", boot }), "unknown", "a container of the same image");
    assert.equal(await livenessOf({ ...who, boot, machine }), "unknown");
    const { machine: _, ...unnamed } = who; // as in a container
    assert.equal(await livenessOf({ ...unnamed, boot }), "unknown");
    assert.equal(await livenessOf(unnamed), "alive");
  });

  it("F59: of a machine that was cloned with its id is known by its Swarm node", async () => {
    const who = { ...(await currentProcess()), boot: "00000000-0000-0000-0000-000000000000", node: "n1" };
    assert.equal(await livenessOf(who, async () => "n1"), "dead");
    assert.equal(await livenessOf(who, async () => "n2"), "unknown");
    assert.equal(await livenessOf(who, async () => undefined), "unknown", "docker doesn't answer");
    const { node: _, ...local } = who;
    const notAsked = () => Promise.reject(new Error("asked"));
    assert.equal(await livenessOf(local, notAsked), "dead");
    assert.equal(await livenessOf({ ...(await currentProcess()), node: "n2" }, notAsked), "alive", "the same boot");
  });

  it("F39: is unknown in another pid namespace", async () => {
    const who = { ...(await currentProcess()), pid: 4_194_303 };
    assert.equal(await livenessOf({ ...who, pidns: "pid:[1]" }), "unknown");
    assert.equal(await livenessOf(who), "dead");
  });

  it("is dead as a zombie", async () => {
    // The grandchild ends at once and is never reaped, because its parent has become `sleep`.
    const parent = spawn("sh", ["-c", "sh -c 'exec sleep 0.05' & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [output] = await once(parent.stdout!, "data");
      const pid = Number(String(output).trim());
      let fields: string[] = [];
      for (const until = Date.now() + 5_000; fields[0] !== "Z" && Date.now() < until;)
        fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
      assert.equal(fields[0], "Z");
      assert.equal(await livenessOf({ ...(await currentProcess()), pid, started: Number(fields[19]) }), "dead");
    } finally {
      await kill(parent);
    }
  });

  it("is read correctly when the program's name holds brackets and spaces", async () => {
    const odd = spawn(
      "perl",
      ["-e", '$0 = "a) b (c"; open F, ">/proc/self/comm"; print F "a) R 1 (b"; close F; $| = 1; print "up"; sleep 60'],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    try {
      await once(odd.stdout!, "data");
      const text = await readFile(`/proc/${odd.pid}/stat`, "utf8");
      assert.ok(text.includes("(a) R 1 (b)"), text);
      const started = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19]);
      assert.equal(await livenessOf({ ...(await currentProcess()), pid: odd.pid!, started }), "alive");
    } finally {
      await kill(odd);
    }
  });
});

describe("the processes with a pid", () => {
  it("are those that have it here", async () => {
    const [own] = await processesWithPid(process.pid);
    assert.deepEqual([own?.program, own?.started], ["node", (await currentProcess()).started]);
    assert.deepEqual(await processesWithPid(2 ** 22 + 1), []);
  });

  it("F59: are all of the system on a host and in a system container, not in an application's container", () => {
    for (const first of ["systemd", "sh", undefined]) assert.equal(isWholeSystem("pid:[4026531836]", first), true);
    for (const first of ["systemd", "init"]) assert.equal(isWholeSystem("pid:[4026532000]", first), true);
    for (const first of ["node", "sh", "docker-init", "tini", undefined])
      assert.equal(isWholeSystem("pid:[4026532000]", first), false);
  });

  it("F59: are those that have it in a container", async function () {
    if (process.getuid?.() !== 0) this.skip(); // a pid namespace takes privileges
    const outer = spawn("unshare", ["--pid", "--fork", "--kill-child", "sh", "-c", "sleep 61 & wait"], {
      stdio: "ignore",
    });
    try {
      const isSeen = async () => (await processesWithPid(2)).some(({ program }) => program === "sleep");
      for (const until = Date.now() + 5_000; !(await isSeen()) && Date.now() < until;) await sleep(20);
      assert.ok(await isSeen());
    } finally {
      await kill(outer);
    }
  });
});

describe("the time of this boot", () => {
  it("F49: isn't later than the boot, by neither the clock nor the time that was stamped then", async () => {
    assert.ok((await bootedBefore()) <= Date.now() - uptime() * 1000 + 2_000);
    assert.ok((await bootedBefore()) <= (await stat("/dev/null")).ctimeMs);
  });
});
