// Directory trees with unusual files, and an independent description of them.
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { execFileSync } from "node:child_process";
import {
  chmod,
  chown,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  readFile,
  readdir,
  readlink,
  symlink,
  utimes,
  writeFile,
  lchown,
} from "node:fs/promises";
import { join } from "node:path";

/** Creates `path` with every kind of file, without extended attributes. */
export async function awkwardTree(path: string): Promise<void> {
  await mkdir(join(path, "sub", "deep"), { recursive: true });
  await mkdir(join(path, "empty"));
  await writeFile(join(path, "plain"), "plain\n");
  await writeFile(join(path, "nothing"), "");
  await writeFile(join(path, "random"), noise(300_000));
  await writeFile(join(path, "-rf"), "a leading dash");
  await writeFile(join(path, "two\nlines"), "a newline");
  await writeFile(join(path, "quote'\"\\ *?["), "signs");
  await writeFile(Buffer.concat([Buffer.from(join(path, "latin-")), Buffer.from([0xe9, 0xff])]), "no UTF-8");
  await writeFile(join(path, "x".repeat(255)), "the longest name");
  await writeFile(join(path, "sub", "one"), "linked");
  await link(join(path, "sub", "one"), join(path, "sub", "deep", "two"));
  await link(join(path, "sub", "one"), join(path, "three"));
  await sparse(join(path, "sparse"));
  await symlink("sub/one", join(path, "inside"));
  await symlink("nowhere/at/all", join(path, "dangling"));
  await symlink("/etc/passwd", join(path, "absolute"));
  await symlink("../../..", join(path, "sub", "upward"));
  await lchown(join(path, "dangling"), 4242, 4243);
  execFileSync("mkfifo", [join(path, "fifo")]);
  execFileSync("mknod", [join(path, "null"), "c", "1", "3"]);
  await chown(join(path, "plain"), 999, 54_321);
  await chmod(join(path, "plain"), 0o4751);
  await chmod(join(path, "nothing"), 0o000);
  await utimes(join(path, "random"), 1_000_000_000.123, 1_000_000_000.123);
  await lutimes(join(path, "dangling"), 900_000_000.5, 900_000_000.5);
  await utimes(join(path, "empty"), 800_000_000.25, 800_000_000.25);
  await chown(join(path, "sub"), 100, 101);
  await chmod(join(path, "sub"), 0o2711);
  await chown(path, 1001, 1002);
  await chmod(path, 0o1750);
  await utimes(path, 700_000_000.75, 700_000_000.75);
}

/** A sparse file of 8 MB with 5 bytes in the middle and 4 at the end. */
async function sparse(path: string): Promise<void> {
  const file = await open(path, "w");
  await file.write("begin", 4_000_000);
  await file.write("end.", 8_000_000);
  await file.close();
}

/** Deterministic bytes that don't compress. */
export function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash("sha256").update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/**
 * Every path below `root` (latin1, `.` for itself) with its lstat, content and python's os.listxattr;
 * a hard link names the first path of its inode.
 */
export async function describeTree(root: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  const inodes = new Map<bigint, string>();
  const attributes = xattrs(root);
  await visit(Buffer.from(root), ".");
  return seen;

  async function visit(path: Buffer, name: string): Promise<void> {
    const at = await lstat(path, { bigint: true });
    const first = at.nlink > 1n && !at.isDirectory() ? (inodes.get(at.ino) ?? (inodes.set(at.ino, name), name)) : "";
    const content = await contentOf(path, at);
    const size = at.isDirectory() ? "" : at.size;
    seen[name] = [
      at.mode.toString(8),
      at.uid,
      at.gid,
      at.rdev,
      size,
      at.mtimeNs,
      first,
      content,
      attributes[name] ?? "",
    ].join(" ");
    if (!at.isDirectory()) return;
    const children = (await readdir(path, { encoding: "buffer" })).toSorted((a, b) => a.compare(b));
    for (const child of children)
      await visit(Buffer.concat([path, Buffer.from("/"), child]), `${name}/${child.toString("latin1")}`);
  }
}

/** Whether extended attributes can be set and read: python3 is needed. */
export function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import os; os.setxattr"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Extended attributes, a file capability, SELinux contexts and ACLs (a file's own, a directory's default one) on an awkward tree. */
export function addAttributes(root: string): void {
  execFileSync("python3", ["-c", setAttributes, root]);
}

function xattrs(root: string): Record<string, string> {
  try {
    return JSON.parse(
      execFileSync("python3", ["-c", listAttributes, root], { encoding: "utf8", maxBuffer: 1e8 }),
    ) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

// ACLs in the kernel's format: version 2, then (tag, permissions, id): owner, user 4321, group, mask, others.
const setAttributes = `
import os, struct, sys
root = os.fsencode(sys.argv[1])
mtime = os.stat(root).st_mtime_ns
os.setxattr(root + b"/plain", b"user.hearth", b"\\x00\\xff binary")
os.setxattr(root + b"/sub", b"user.of-a-directory", b"1")
os.setxattr(root + b"/three", b"trusted.hearth", b"for root alone")
os.setxattr(root, b"user.root", b"of the volume")
# Without SELinux the kernel keeps a context as any other attribute.
for path in [b"", b"/plain", b"/sub", b"/dangling", b"/fifo"]:
    os.setxattr(root + path, b"security.selinux", b"system_u:object_r:container_file_t:s0:c1,c2\\0", follow_symlinks=False)
os.setxattr(root + b"/random", b"security.capability", struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0))
anyone = 0xFFFFFFFF
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in [(1, 6, anyone), (2, 5, 4321), (4, 4, anyone), (16, 5, anyone), (32, 0, anyone)])
os.setxattr(root + b"/-rf", b"system.posix_acl_access", acl)
os.setxattr(root + b"/sub/deep", b"system.posix_acl_default", acl)
`;

async function contentOf(path: Buffer, at: BigIntStats): Promise<string> {
  if (at.isSymbolicLink()) return (await readlink(path, { encoding: "buffer" })).toString("latin1");
  if (!at.isFile()) return "";
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

const listAttributes = `
import json, os, sys
root = os.fsencode(sys.argv[1])
def of(path):
    return " ".join(sorted(name + "=" + os.getxattr(path, name, follow_symlinks=False).hex() for name in os.listxattr(path, follow_symlinks=False)))
seen = {".": of(root)}
for folder, folders, files in os.walk(root):
    for name in folders + files:
        path = os.path.join(folder, name)
        seen["." + path[len(root):].decode("latin1")] = of(path)
print(json.dumps(seen))
`;
