// Docker's networks.
import { filters, get } from "./api.ts";

/** The id of the network called `name`, or undefined. Docker's own name filter finds parts of names too. */
export async function networkId(name: string): Promise<string | undefined> {
  const found = await get<{ Id: string; Name: string }[]>(
    `/networks?${filters({ name: [name] })}`,
    `look for the network ${name}`,
  );
  return found.find(network => network.Name === name)?.Id;
}
