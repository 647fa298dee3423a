// Applies a changed .env to an operation that waits at its gate: the route may fail because of the .env.
import type { UpgradeHost } from "./host.ts";

/**
 * Deploys the operation's version again, under the same snapshot; its gate then decides. Does nothing unless a complete
 * deploy waits at its gate. `configure` writes the configured .env.
 */
export async function applyEnvAtGate(host: UpgradeHost, configure: (version: string) => Promise<void>): Promise<void> {
  const operation = await host.operation();
  if (!operation || operation.broken || operation.rollingBack || operation.step !== "gate") return;
  const { from, to } = operation;
  if ((await host.running()).version !== to) return; // another person's deploy
  host.log(`${host.name}: ${from} → ${to} waits at its gate; deploying ${to} with the changed .env`);
  await host.claimMaintenance(`${from} → ${to}, with a changed .env`);
  // Interrupted from here on, it is rolled back.
  const deploying = await host.writeStep(operation, "deploy", { rollbacks: await host.rollbacks() });
  await configure(to);
  await host.deploy(to);
  await host.writeStep(deploying, "gate");
}
