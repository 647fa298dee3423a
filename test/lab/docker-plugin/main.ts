// Stand-in for hosts without the genuine pulumi-resource-docker: supports only docker.Network, on the real engine.
// Implements Pulumi's gRPC protocol directly: the SDK's server loads the whole SDK, too slow to start for a plugin.
import { execFile } from "node:child_process";
import { flushCompileCache } from "node:module";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

interface Network {
  readonly name: string;
  readonly driver?: string;
  readonly attachable?: boolean;
  readonly internal?: boolean;
  readonly labels?: readonly { readonly label: string; readonly value: string }[];
  readonly ipamConfigs?: readonly { readonly subnet?: string }[];
}

/** A change of one replaces the network, as in the genuine plugin: Docker can't change a network. */
const fixed = ["name", "driver", "attachable", "internal", "labels", "ipamConfigs"];

const type = "docker:index/network:Network";

function requireNetwork(urn: string): void {
  if (!urn.includes(`::${type}::`))
    throw new Error(`the lab's docker plugin supports only ${type}, found ${urn}; install the genuine plugin`);
}

const execute = promisify(execFile);

async function docker(...argv: string[]): Promise<string> {
  return (await execute("docker", argv)).stdout.trim();
}

async function inspectNetwork(id: string): Promise<(Network & { scope: string }) | undefined> {
  const text = await docker("network", "inspect", id).catch((error: Error & { stderr: string }) => {
    if (/not found|No such network/i.test(error.stderr)) return "[]";
    throw error;
  });
  const [network] = JSON.parse(text) as {
    Name: string;
    Driver: string;
    Attachable: boolean;
    Internal: boolean;
    Scope: string;
    Labels: Record<string, string> | null;
    IPAM: { Config: { Subnet: string }[] | null };
  }[];
  return (
    network && {
      name: network.Name,
      driver: network.Driver,
      attachable: network.Attachable,
      internal: network.Internal,
      scope: network.Scope,
      labels: Object.entries(network.Labels ?? {}).map(([label, value]) => ({ label, value })),
      ipamConfigs: (network.IPAM.Config ?? []).map(({ Subnet: subnet }) => ({ subnet })),
    }
  );
}

type Values = Record<string, unknown>;
const valuesOf = (given: struct.Struct | undefined) => (given?.toJavaScript() ?? {}) as Values;
const structOf = (values: object) => struct.Struct.fromJavaScript(values as Record<string, struct.JavaScriptValue>);

/** Wraps `work` as a gRPC handler that replies with its result or its error's message. */
function handler<Request, Response>(
  work: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, reply) => {
    new Promise<Response>(resolve => resolve(work(request))).then(
      response => reply(null, response),
      (error: Error) => reply({ code: grpc.status.UNKNOWN, message: error.message }),
    );
  };
}

const methods = {
  getPluginInfo: handler(() => {
    const response = new plugin.PluginInfo();
    response.setVersion("5.2.0");
    return response;
  }),
  configure: handler(() => new protocol.ConfigureResponse()),
  cancel: handler(() => new empty.Empty()),

  check: handler((request: protocol.CheckRequest) => {
    requireNetwork(request.getUrn());
    const response = new protocol.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  }),

  diff: handler((request: protocol.DiffRequest) => {
    const [olds, news] = [valuesOf(request.getOlds()), valuesOf(request.getNews())];
    const replaces = fixed.filter(
      key => news[key] !== undefined && JSON.stringify(news[key]) !== JSON.stringify(olds[key]),
    );
    const response = new protocol.DiffResponse();
    response.setChanges(protocol.DiffResponse.DiffChanges[replaces.length > 0 ? "DIFF_SOME" : "DIFF_NONE"]);
    response.setReplacesList(replaces);
    response.setDeletebeforereplace(true);
    return response;
  }),

  create: handler(async (request: protocol.CreateRequest) => {
    requireNetwork(request.getUrn());
    const inputs = valuesOf(request.getProperties());
    const network = inputs as unknown as Network;
    const { name, driver = "bridge", attachable = false, internal = false, labels = [], ipamConfigs = [] } = network;
    const response = new protocol.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(structOf(inputs));
      return response;
    }
    const id = await docker(
      "network",
      "create",
      "--driver",
      driver,
      ...(attachable ? ["--attachable"] : []),
      ...(internal ? ["--internal"] : []),
      ...labels.flatMap(({ label, value }) => ["--label", `${label}=${value}`]),
      ...ipamConfigs.flatMap(({ subnet }) => (subnet ? ["--subnet", subnet] : [])),
      name,
    );
    response.setId(id);
    response.setProperties(structOf({ ...(await inspectNetwork(id)) }));
    return response;
  }),

  read: handler(async (request: protocol.ReadRequest) => {
    requireNetwork(request.getUrn());
    const found = await inspectNetwork(request.getId());
    const response = new protocol.ReadResponse();
    if (!found) return response;
    const { scope, ...inputs } = found;
    response.setId(request.getId());
    response.setInputs(structOf(inputs));
    response.setProperties(structOf({ ...inputs, scope }));
    return response;
  }),

  delete: handler(async (request: protocol.DeleteRequest) => {
    requireNetwork(request.getUrn());
    if (await inspectNetwork(request.getId())) await docker("network", "rm", request.getId());
    return new empty.Empty();
  }),
};

// Exit when the CLI is gone: a killed CLI doesn't stop its plugins.
const cli = process.ppid;
setInterval(() => {
  if (process.ppid !== cli) process.exit(0);
}, 1_000).unref();

const server = new grpc.Server();
server.addService(services.ResourceProviderService as unknown as grpc.ServiceDefinition, methods);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(String(port));
  // Pulumi kills the plugin before Node would write the cache at exit.
  flushCompileCache();
});
