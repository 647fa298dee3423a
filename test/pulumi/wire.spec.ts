import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { providerText } from "../../providers/pulumi/resource.ts";
import { UNKNOWN } from "../../providers/pulumi/protocol.ts";
import { project } from "../lab/paths.ts";

const entry = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider/index.js");

/** Starts the provider process as Pulumi does and calls it over gRPC. */
describe("the wire to Pulumi's engine", function () {
  this.timeout(30_000);
  let child: ChildProcess;
  let client: InstanceType<typeof service.ResourceProviderClient>;
  let folder: string;
  let log = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-wire-"));
    await writeFile(join(folder, "swarm.json"), JSON.stringify({ id: "cluster" }));
    child = spawn(process.execPath, [entry, "127.0.0.1:1"], {
      cwd: project,
      env: {
        ...process.env,
        FAKE_DOCKER: folder,
        PATH: `${join(project, "test/lib/docker/fixtures")}:${process.env["PATH"]}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr!.on("data", chunk => (log += String(chunk)));
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout!.once("data", chunk => resolve(String(chunk).trim()));
      child.once("exit", code => reject(new Error(`the provider ended with ${code}: ${log}`)));
    });
    client = new service.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    child.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });

  const check = (path: string, news: object): Promise<{ inputs: Record<string, unknown>; failures: string[] }> =>
    new Promise((resolve, reject) => {
      const request = new protocol.CheckRequest();
      request.setUrn("urn:pulumi:ci-docs-0a1b2c::hearth::pulumi-nodejs:dynamic/realm:Realm::docs");
      request.setOlds(struct.Struct.fromJavaScript({}));
      request.setNews(struct.Struct.fromJavaScript({ ...news, __provider: providerText(path) }));
      client.check(request, (error, response) => {
        if (error) return reject(error);
        resolve({
          inputs: (response.getInputs()?.toJavaScript() ?? {}) as Record<string, unknown>,
          failures: response.getFailuresList().map(each => `${each.getProperty()}: ${each.getReason()}`),
        });
      });
    });

  const realm = { keycloak: { domain: "keycloak.test" }, name: "docs-0a1b2c", run: "docs-0a1b2c", stateDir: "/tmp" };

  it("sends a constant text of 70 bytes that loads the checked-out provider", async () => {
    const text = providerText("providers/realm/provider.ts");
    assert.equal(text, "exports.handler = () => require('./providers/realm/provider.ts').provider;");
    const { inputs, failures } = await check("providers/realm/provider.ts", realm);
    assert.deepEqual(failures, []);
    assert.equal(inputs["swarm"], "cluster");
    assert.equal(inputs["__provider"], text, "the next delete needs it");
    assert.deepEqual(inputs["user"], { username: "tester", email: "tester@example.test", realmRoles: [], groups: [] });
  });

  it("returns a rejected input as a failure of the property", async () => {
    const { failures } = await check("providers/realm/provider.ts", { ...realm, name: "master" });
    assert.equal(failures.length, 1);
    assert.match(failures[0]!, /^name: expected another realm than master/);
  });

  it("leaves unknown inputs unchanged", async () => {
    const { inputs, failures } = await check("providers/realm/provider.ts", { ...realm, name: UNKNOWN });
    assert.deepEqual(failures, []);
    assert.equal(inputs["name"], UNKNOWN);
  });

  for (const path of ["providers/app/provider.ts", "providers/runApp/provider.ts"])
    it(`loads ${path} too`, async () => {
      const { failures } = await check(path, { recipe: "Not A Recipe", domain: "a.test", stateDir: "/tmp" });
      assert.match(failures.join(), /recipe: expected a recipe name/);
    });

  it("uses the engine's value for unknown", async () => {
    const { runtime } = await import("@pulumi/pulumi");
    assert.equal(UNKNOWN, runtime.unknownValue);
  });
});
