import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../../providers/lib/docker/api.ts";
import { adminAccount } from "../../../providers/lib/keycloak/session.ts";

describe("the account of Keycloak's admin", () => {
  let folder: string;
  let server: Server;
  let services: object[];
  const before = { PATH: process.env["PATH"], DOCKER_HOST: process.env["DOCKER_HOST"] };

  /** A docker with one container, whose secret is `s3cret`, and an engine with `services`. */
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-admin-"));
    const script = "#!/bin/sh\ncase $1 in ps) echo c1 ;; exec) echo s3cret ;; esac\n";
    await writeFile(join(folder, "docker"), script, { mode: 0o755 });
    server = createServer((_, response) => response.end(JSON.stringify(services)));
    await new Promise<void>(resolve => server.listen(join(folder, "engine"), resolve));
    Object.assign(process.env, { PATH: `${folder}:${before.PATH}`, DOCKER_HOST: `unix://${folder}/engine` });
    closeConnections();
  });
  afterEach(async () => {
    closeConnections();
    process.env["PATH"] = before.PATH;
    if (before.DOCKER_HOST === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before.DOCKER_HOST;
    server.close();
    await rm(folder, { recursive: true });
  });

  const service = (name: string, ...env: string[]) => ({
    Spec: { Name: name, TaskTemplate: { ContainerSpec: { Env: env } } },
  });

  for (const [env, username] of [
    [["KC_BOOTSTRAP_ADMIN_USERNAME=root=1", "KEYCLOAK_ADMIN=old", "ADMIN_USERNAME=older"], "root=1"],
    [["KC_BOOTSTRAP_ADMIN_USERNAME=", "KEYCLOAK_ADMIN=boss"], "boss"],
    [["ADMIN_USERNAME=chief"], "chief"],
    [["KC_DB=mariadb"], "admin"],
  ] as const)
    it(`is ${username} if the service was deployed with ${env.join(" and ")}`, async () => {
      services = [service("sso_test_app2", "KEYCLOAK_ADMIN=wrong"), service("sso_test_app", ...env)];
      assert.deepEqual(await adminAccount("sso.test"), { username, password: "s3cret" });
    });

  it("has the default name if the service has no environment", async () => {
    services = [{ Spec: { Name: "sso_test_app", TaskTemplate: { ContainerSpec: { Env: null } } } }];
    assert.equal((await adminAccount("sso.test")).username, "admin");
  });
});
