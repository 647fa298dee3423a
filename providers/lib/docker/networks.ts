// Looks up Docker's networks.
import { filters, get } from "./api.ts";

/** The id of the network `name`, or undefined. Docker's name filter matches substrings too. */
export async function networkId(name: string): Promise<string | undefined> {
  const found = await get<{ Id: string; Name: string }[]>(
    `/networks?${filters({ name: [name] })}`,
    `find the network ${name}`,
  );
  return found.find(network => network.Name === name)?.Id;
}
