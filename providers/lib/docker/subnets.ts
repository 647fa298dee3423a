// Finds a subnet that neither Docker's networks nor this host's routes use. IPv4 only.
import { readFile } from "node:fs/promises";

/** Candidates, with 65,534 addresses each. From the top down: Docker allocates its own from the bottom up. */
const candidates = [
  ...numbers(254, 1).map(second => `10.${second}.0.0/16`),
  ...numbers(31, 16).map(second => `172.${second}.0.0/16`),
  "192.168.0.0/16",
];

/** A /16 of private addresses that overlaps none of `taken`, in CIDR notation; undefined if each overlaps one. */
export function freeSubnet(taken: readonly string[]): string | undefined {
  const ranges = taken.flatMap(each => rangeOf(each) ?? []);
  return candidates.find(candidate => {
    const { first, last } = rangeOf(candidate)!;
    return ranges.every(range => last < range.first || first > range.last);
  });
}

/** Destinations of the routes in the text of /proc/net/route, without the default route. */
export function routedSubnets(text: string): string[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap(line => {
      const [, destination = "", , , , , , mask = ""] = line.trim().split(/\s+/);
      const bits = [...littleEndian(mask)]
        .map(byte => byte.toString(2))
        .join("")
        .replaceAll("0", "").length;
      return bits > 0 ? [`${littleEndian(destination).join(".")}/${bits}`] : [];
    });
}

/** Subnets that this host routes; none where there is no /proc. */
export async function hostRoutes(): Promise<string[]> {
  return routedSubnets(await readFile("/proc/net/route", "utf8").catch(() => ""));
}

/** undefined for IPv6. */
function rangeOf(subnet: string): { first: number; last: number } | undefined {
  const found = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  if (!found) return undefined;
  const [a, b, c, d, bits] = found.slice(1).map(Number) as [number, number, number, number, number];
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/** The four bytes of an address in /proc/net/route. */
function littleEndian(hex: string): number[] {
  return [...hex.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16)).toReversed();
}

/** From `from` down to `to`. */
function numbers(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, at) => from - at);
}
