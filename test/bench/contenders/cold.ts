// A dedicated Keycloak per run, as recipe tests did before hearth, as light as possible:
// one container, its built-in database, a realm import.
import { mkdir, rm, writeFile, chown } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imageName } from "../../lab/images.ts";
import { runProgram } from "../program.ts";
import { newRealm, realmOf } from "../realm.ts";
import { timed, type BenchContext, type Contender } from "../row.ts";
import { token } from "../token.ts";

const image = imageName("keycloak", "26.4.0");
/** Keycloak's user and group in its image. */
const owner = [1000, 0] as const;
/** Milliseconds until the container must issue a token. */
const tokenTimeout = 300_000;

export function cold({ folder, interrupted }: BenchContext): Contender {
  return {
    name: "cold Keycloak container",
    warmUp: false,
    measure: async () => {
      const realm = newRealm();
      const container = `hearth-${realm.name}`;
      const shared = join(folder, container);
      await mkdir(shared, { mode: 0o700 });
      await writeFile(join(shared, "realm.json"), JSON.stringify(realmOf(realm)), { mode: 0o600 });
      for (const path of [join(shared, "realm.json"), shared]) await chown(path, ...owner);
      // The image is built for MariaDB; start-dev rebuilds it for the dev-file database.
      const command = ["start-dev", "--db=dev-file", "--import-realm"];
      const volume = `${shared}:/opt/keycloak/data/import:ro`;
      // tmpfs owned by Keycloak: docker would create the parent of the mount below as root.
      const data = "/opt/keycloak/data:uid=1000,gid=0,mode=0755";
      const up = async () => {
        // No --rm: keep the logs of a container that exits early.
        await runProgram(
          "docker",
          [
            "run",
            "--detach",
            "--name",
            container,
            "--publish",
            "127.0.0.1::8080",
            "--tmpfs",
            data,
            "--volume",
            volume,
            image,
            ...command,
          ],
          `start ${container}`,
        );
        const address = await runProgram("docker", ["port", container, "8080/tcp"], `find the port of ${container}`);
        await untilToken(() => token(`http://${address.split("\n")[0]}`, realm), container, interrupted);
      };
      try {
        return await timed(
          up,
          async () =>
            void (await runProgram("docker", ["rm", "--force", "--volumes", container], `remove ${container}`)),
        );
      } finally {
        await rm(shared, { recursive: true, force: true });
      }
    },
  };
}

/** Throws after `tokenTimeout`, with the last error and the container's log. */
async function untilToken(attempt: () => Promise<void>, container: string, interrupted: AbortSignal): Promise<void> {
  for (const start = Date.now(); ; await sleep(100)) {
    interrupted.throwIfAborted();
    const failure = await attempt().catch((error: Error) => error);
    if (failure === undefined) return;
    const state = await runProgram(
      "docker",
      ["inspect", "--format", "{{.State.Status}}", container],
      `inspect ${container}`,
    );
    if (state === "running" && Date.now() - start < tokenTimeout) continue;
    const logs = await runProgram(
      "sh",
      ["-c", 'docker logs --tail 20 "$1" 2>&1', "sh", container],
      `read the log of ${container}`,
    );
    throw new Error(`${container} (${state}) issues no token: ${failure.message}\n${logs}`);
  }
}
