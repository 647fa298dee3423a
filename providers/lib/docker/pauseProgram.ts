// A static Linux program that only waits, made here byte by byte: it runs in any image, also in one FROM scratch.
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../fs/index.ts";

interface Machine {
  /** e_machine of the ELF header. */
  readonly elf: number;
  readonly code: readonly number[];
}

/** Machine code by `process.arch`: calls pause(2) again and again (arm64 has only ppoll(2), without descriptors). */
const machines: Readonly<Record<string, Machine>> = {
  x64: {
    elf: 62,
    // push 34 (pause); pop rax; syscall; jmp back
    code: [0x6a, 0x22, 0x58, 0x0f, 0x05, 0xeb, 0xf9],
  },
  arm64: {
    elf: 183,
    // mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b back
    code: [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa].flatMap(bytesOf),
  },
};

const HEADER = 64;
const SEGMENT = 56;
const ADDRESS = 0x400000;

/** The program's bytes for an architecture as Node names it. Throws for one that isn't known. */
export function pauseProgram(arch: string = process.arch): Buffer {
  const machine = machines[arch];
  if (!machine) throw new Error(`no program that waits is known for the architecture ${arch}`);
  const start = HEADER + SEGMENT;
  const size = start + machine.code.length;
  const program = Buffer.alloc(size);
  // ELF, 64 bits, little-endian, version 1; an executable whose one segment is the whole file, readable and executable.
  program.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  program.writeUInt16LE(2, 16);
  program.writeUInt16LE(machine.elf, 18);
  program.writeUInt32LE(1, 20);
  program.writeBigUInt64LE(BigInt(ADDRESS + start), 24);
  program.writeBigUInt64LE(BigInt(HEADER), 32);
  program.writeUInt16LE(HEADER, 52);
  program.writeUInt16LE(SEGMENT, 54);
  program.writeUInt16LE(1, 56);
  program.writeUInt32LE(1, HEADER);
  program.writeUInt32LE(5, HEADER + 4);
  program.writeBigUInt64LE(BigInt(ADDRESS), HEADER + 16);
  program.writeBigUInt64LE(BigInt(ADDRESS), HEADER + 24);
  program.writeBigUInt64LE(BigInt(size), HEADER + 32);
  program.writeBigUInt64LE(BigInt(size), HEADER + 40);
  program.writeBigUInt64LE(0x10000n, HEADER + 48);
  program.set(machine.code, start);
  return program;
}

function bytesOf(word: number): number[] {
  return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
}

/** Writes the program into `folder` unless it is there. Returns its path. */
export async function ensurePauseProgram(folder: string): Promise<string> {
  const path = join(folder, "pause");
  const program = pauseProgram();
  const found = await readFile(path).catch(() => undefined);
  if (found?.equals(program)) return path;
  await makeFolder(folder);
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, program);
  await chmod(fresh, 0o755);
  await rename(fresh, path);
  return path;
}
