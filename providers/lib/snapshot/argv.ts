// The command lines of tar, zstd, cmp and the small programs around them, as pure data.

/** tar of everything in `directory` into the existing `file`, through zstd on all cores; says at the end how much it was. */
export function archive(directory: string, file: string): string[] {
  return ["--create", "--use-compress-program=zstd -1 -T0 --quiet", `--file=${file}`, "--totals", ...tree(directory)];
}

/** The same to stdout, as it is. */
export function pack(directory: string): string[] {
  return ["--create", "--file=-", ...tree(directory)];
}

/** tar of the archive `file` into the existing `directory`, which gets the owner, mode and times of the archived one. zstd checks its own checksums on the way. */
export function unpack(file: string, directory: string): string[] {
  return [
    "--extract",
    "--use-compress-program=zstd --quiet",
    `--file=${file}`,
    // To the end of the file, not only to that of the archive: the checksum is last.
    "--ignore-zeros",
    "--same-owner",
    "--same-permissions",
    "--delay-directory-restore",
    ...faithful,
    `--directory=${directory}`,
  ];
}

/**
 * sh that compares the archive `file` byte by byte with what tar packs of `directory` now; all three are joined by the kernel's pipes,
 * and none opens anything that would wait for one that died. It exits as cmp does. cmp speaks on 1, zstd on 2, tar on 3:
 * the last line of one that failed is `exit <code>`.
 */
export function compare(file: string, directory: string): string[] {
  // The lock may be 4. Each holds only its own ends: one that died is seen by both others.
  const script = `archive=$1; shift
{ tar "$@" 2>&3 || echo "exit $?" >&3; } |
{ { zstd --decompress --quiet --stdout -- "$archive" 6<&- </dev/null || echo "exit $?" >&2; } | cmp /dev/fd/5 - 5<&0 <&6 6<&- 2>&1; } 6<&0`;
  return ["-c", script, "sh", file, ...pack(directory)];
}

/** zstd that only looks whether the archive `file` is as zstd wrote it. */
export function testArchive(file: string): string[] {
  return ["--test", "--quiet", "--", file];
}

/** du of the bytes that `directory` takes on its disk: holes not counted, hard links once. */
export function diskUse(directory: string): string[] {
  return ["--summarize", "--block-size=1", "--", directory];
}

/** du of the inodes of `directory`, itself included. */
export function inodeUse(directory: string): string[] {
  return ["--summarize", "--inodes", "--", directory];
}

/** sync of the whole filesystem that `path` is on. */
export function flush(path: string): string[] {
  return ["--file-system", "--", path];
}

/** dd that copies nothing and has the kernel drop what it caches of `file`: what is read next comes from the disk. */
export function uncache(file: string): string[] {
  return [`if=${file}`, "iflag=nocache", "count=0", "status=none"];
}

/** rm of a tree: unlike node's own it minds no name and stays on its filesystem. */
export function removal(path: string): string[] {
  return ["--recursive", "--force", "--one-file-system", "--", path];
}

// Without the pattern tar restores user.* alone, and file capabilities (security.*) would be lost. A colon in a path names no other host.
const faithful = [
  "--force-local",
  "--blocking-factor=128",
  "--numeric-owner",
  "--xattrs",
  "--xattrs-include=*",
  "--acls",
];

/**
 * Two tars of one unchanged tree are equal byte for byte. That takes no access and change times, sorted names, and the 0.0 form
 * of sparse files: the later ones put tar's own process id into the header.
 */
function tree(directory: string): string[] {
  return [
    "--format=pax",
    "--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f",
    "--sparse",
    "--sparse-version=0.0",
    "--sort=name",
    ...faithful,
    `--directory=${directory}`,
    ".",
  ];
}
