import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  processIdentity,
  livenessOf,
  currentProcess,
  startTimeOf,
  type ProcessIdentity,
} from "../../../providers/lib/process/identity.ts";
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

  it("F39: is unknown on another host and in another pid namespace", async () => {
    const who = { ...(await currentProcess()), pid: 4_194_303 };
    assert.equal(await livenessOf({ ...who, host: "other" }), "unknown");
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

describe("a process's start time", () => {
  it("is exact to the second, and undefined for a process that doesn't exist", async () => {
    const started = (await startTimeOf(process.pid)) ?? assert.fail("expected this process's start time");
    assert.ok(Math.abs(Date.now() - process.uptime() * 1000 - started) < 2_000);
    assert.equal(await startTimeOf(2 ** 22), undefined);
  });
});
