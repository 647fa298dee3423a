// Lists Docker's networks.
import { get } from "./api.ts";

export interface Network {
  readonly id: string;
  readonly name: string;
  /** In CIDR notation, such as `10.0.1.0/24`. */
  readonly subnets: readonly string[];
}

interface Listed {
  readonly Id: string;
  readonly Name: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null } | null;
}

/** Every network that the engine knows, the swarm's included. */
export async function networks(): Promise<Network[]> {
  const listed = await get<Listed[]>("/networks", "list networks");
  return listed.map(({ Id: id, Name: name, IPAM: ipam }) => ({
    id,
    name,
    subnets: (ipam?.Config ?? []).flatMap(({ Subnet: subnet }) => subnet || []),
  }));
}
