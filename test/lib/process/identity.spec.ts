import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  processIdentity,
  livenessOf,
  currentProcess,
  type ProcessIdentity,
} from "../../../providers/lib/process/identity.ts";
import { project } from "../../lab/paths.ts";

/** What a process of its own says of itself, which then waits. */
async function another(): Promise<{ child: ChildProcess; who: ProcessIdentity }> {
  const program = `import { currentProcess } from "${join(project, "providers/lib/process/identity.ts")}"; console.log(JSON.stringify(await currentProcess())); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout!, "data");
  return { child, who: processIdentity.parse(JSON.parse(String(said))) };
}

async function gone(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("the identity of a process", () => {
  it("is this process, and alive", async () => {
    const who = await currentProcess();
    assert.equal(who.pid, process.pid);
    assert.equal(who.boot, (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim());
    assert.deepEqual(await currentProcess(), who);
    assert.equal(await livenessOf(who), "alive");
  });

  it("F1: is another process as long as that lives, and dead once it was killed", async () => {
    const { child, who } = await another();
    try {
      assert.equal(who.pid, child.pid);
      assert.equal(await livenessOf(who), "alive");
    } finally {
      await gone(child);
    }
    assert.equal(await livenessOf(who), "dead");
  });

  it("is dead where its pid is somebody else's by now", async () => {
    const who = await currentProcess();
    assert.equal(await livenessOf({ ...who, started: who.started - 1 }), "dead");
  });

  it("F2: is dead after a reboot, even where its pid and start are somebody's again", async () => {
    assert.equal(
      await livenessOf({ ...(await currentProcess()), boot: "00000000-0000-0000-0000-000000000000" }),
      "dead",
    );
  });

  it("F39: can't be told from another host, nor from another pid namespace", async () => {
    const who = { ...(await currentProcess()), pid: 4_194_303 };
    assert.equal(await livenessOf({ ...who, host: "elsewhere" }), "unknown");
    assert.equal(await livenessOf({ ...who, pidns: "pid:[1]" }), "unknown");
    assert.equal(await livenessOf(who), "dead");
  });

  it("is dead as a zombie", async () => {
    // The child's child ends at once; nobody waits for it, as its parent has become `sleep`.
    const parent = spawn("sh", ["-c", "sh -c 'exec sleep 0.05' & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [said] = await once(parent.stdout!, "data");
      const pid = Number(String(said).trim());
      let fields: string[] = [];
      for (const until = Date.now() + 5_000; fields[0] !== "Z" && Date.now() < until;)
        fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]!.split(" ");
      assert.equal(fields[0], "Z");
      assert.equal(await livenessOf({ ...(await currentProcess()), pid, started: Number(fields[19]) }), "dead");
    } finally {
      await gone(parent);
    }
  });

  it("is found behind a program's name that holds brackets and spaces", async () => {
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
      await gone(odd);
    }
  });
});
