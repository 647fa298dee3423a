// Stands in for pulumi-resource-docker where the genuine plugin can't be had: docker.Network on the real engine, nothing else.
import * as provider from "@pulumi/pulumi/provider/index.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { execa } from "execa";

// An import asks to read with an id alone; the package's server takes properties for granted.
const properties = protocol.ReadRequest.prototype.getProperties;
protocol.ReadRequest.prototype.getProperties = function (this: unknown) {
  return properties.call(this) ?? new struct.Struct();
};

interface NetworkInputs {
  readonly name: string;
  readonly driver?: string;
  readonly attachable?: boolean;
  readonly internal?: boolean;
}

const type = "docker:index/network:Network";

function known(urn: string): void {
  if (!urn.includes(`::${type}::`)) throw new Error(`the lab's docker plugin knows ${type} only, not ${urn}`);
}

async function docker(...argv: string[]): Promise<string> {
  return (await execa("docker", argv)).stdout;
}

async function look(id: string): Promise<(NetworkInputs & { scope: string }) | undefined> {
  const done = await execa("docker", ["network", "inspect", id], { reject: false });
  if (done.failed && /not found|No such network/i.test(done.stderr)) return undefined;
  if (done.failed) throw new Error(`docker network inspect ${id}: ${done.stderr}`);
  const [network] = JSON.parse(done.stdout) as { Name: string; Driver: string; Attachable: boolean; Internal: boolean; Scope: string }[];
  if (!network) return undefined;
  return { name: network.Name, driver: network.Driver, attachable: network.Attachable, internal: network.Internal, scope: network.Scope };
}

class Docker implements provider.Provider {
  version = "5.2.0";

  async check(urn: string, _olds: object, news: NetworkInputs): Promise<provider.CheckResult> {
    known(urn);
    return { inputs: news, failures: [] };
  }

  async diff(_id: string, _urn: string, olds: Record<string, unknown>, news: Record<string, unknown>): Promise<provider.DiffResult> {
    const replaces = ["name", "driver", "attachable", "internal"].filter(key => news[key] !== undefined && news[key] !== olds[key]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  }

  async create(urn: string, inputs: NetworkInputs): Promise<provider.CreateResult> {
    known(urn);
    const { name, driver = "bridge", attachable = false, internal = false } = inputs;
    const id = await docker("network", "create", "--driver", driver, ...(attachable ? ["--attachable"] : []), ...(internal ? ["--internal"] : []), name);
    return { id, outs: { ...(await look(id)) } };
  }

  async read(id: string, urn: string): Promise<provider.ReadResult> {
    known(urn);
    const found = await look(id);
    if (!found) return {};
    const { scope, ...inputs } = found;
    return { id, inputs, props: { ...inputs, scope } };
  }

  async delete(id: string, urn: string): Promise<void> {
    known(urn);
    if (await look(id)) await docker("network", "rm", id);
  }
}

// The CLI may be killed: nobody would end this process then.
const cli = process.ppid;
setInterval(() => {
  if (process.ppid !== cli) process.exit(0);
}, 1_000).unref();

await provider.main(new Docker() as never, process.argv.slice(2));
