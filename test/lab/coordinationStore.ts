// One side of the swarm's board, many rounds: a run that goes in and out, or a kept app that drains; each looks that the other isn't inside.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ownerAlive, ownerNow } from "../../providers/lib/process/identity.ts";
import { swarmBoard } from "../../providers/lib/coordination/coordinationStore.ts";
import { drain, giveBack } from "../../providers/lib/coordination/maintenance.ts";
import { enter, withdraw } from "../../providers/lease/acquire.ts";

const [side = "", rounds = "", inside = ""] = process.argv.slice(2);
const other = side === "run" ? "kept" : "run";
const domain = "rounds.hearth.test";
const run = "rounds-00000a";
const owner = await ownerNow();
const world = {
  board: swarmBoard,
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
  say: () => undefined,
  life: ownerAlive,
  isLeftOver: async () => false,
  look: async () => ({ state: "up", words: "is up" }) as const,
  repair: async () => undefined,
  memory: async () => 8 * 1024 ** 3,
};
const work = { app: "keycloak", domain, what: "rounds", owner, stateDir: "/nonexistent" };

async function occupy(): Promise<void> {
  await writeFile(`${inside}.${side}`, "");
  for (let looks = 0; looks < 5; looks++) {
    if (existsSync(`${inside}.${other}`)) throw new Error(`${side} and ${other} are inside at once`);
    await sleep(Math.random() * 30);
  }
  await rm(`${inside}.${side}`);
}

for (let round = 0; round < Number(rounds); round++) {
  if (side === "run") {
    const kind = await enter(world, {
      run,
      mode: "warm",
      keycloak: domain,
      domains: [],
      coldLimit: 0,
      owner,
      lasts: 60_000,
    });
    if (kind !== "warm") throw new Error(`the run went ${kind}`);
    await occupy();
    await withdraw(swarmBoard, run);
  } else {
    await drain(world, work);
    await occupy();
    await giveBack(swarmBoard, work);
  }
  await sleep(Math.random() * 300);
}
console.log(`${rounds} rounds`);
