// Command lines of tar, zstd, cmp and their helpers, as pure data.

/**
 * tar: archives everything in `directory` into the existing `file`, through zstd on all cores, and prints the total at
 * the end.
 */
export function archive(directory: string, file: string): string[] {
  return ["--create", "--use-compress-program=zstd -1 -T0 --quiet", `--file=${file}`, "--totals", ...tree(directory)];
}

/** tar: writes the same, uncompressed, to stdout. */
export function pack(directory: string): string[] {
  return ["--create", "--file=-", ...tree(directory)];
}

/**
 * tar: extracts the archive `file` into the existing `directory`, which gets the archived owner, mode and times. zstd
 * verifies its checksums.
 */
export function unpack(file: string, directory: string): string[] {
  return [
    "--extract",
    "--use-compress-program=zstd --quiet",
    `--file=${file}`,
    // Read to the end of the file, not of the archive: zstd's checksum comes last.
    "--ignore-zeros",
    "--same-owner",
    "--same-permissions",
    "--delay-directory-restore",
    ...faithful,
    `--directory=${directory}`,
  ];
}

/**
 * sh: compares the archive `file` byte by byte with what tar packs of `directory` now. Exits as cmp does. cmp prints on
 * 1, zstd on 2, tar on 3; the last line of one that failed is `exit <code>`. Anonymous pipes join the three: if one
 * dies, the others don't hang.
 */
export function compare(file: string, directory: string): string[] {
  // Descriptor 4 may be the lock. Each program holds only its own pipe ends, so the others notice when it dies.
  const script = `archive=$1; shift
{ tar "$@" 2>&3 || echo "exit $?" >&3; } |
{
  { zstd --decompress --quiet --stdout -- "$archive" 6<&- </dev/null || echo "exit $?" >&2; } |
  cmp /dev/fd/5 - 5<&0 <&6 6<&- 2>&1
} 6<&0`;
  return ["-c", script, "sh", file, ...pack(directory)];
}

/** zstd: verifies the checksums of the archive `file`. */
export function testArchive(file: string): string[] {
  return ["--test", "--quiet", "--", file];
}

/** du: bytes that `directory` takes on its disk; holes don't count, hard links count once. */
export function diskUse(directory: string): string[] {
  return ["--summarize", "--block-size=1", "--", directory];
}

/** du: inodes of `directory`, itself included. */
export function inodeUse(directory: string): string[] {
  return ["--summarize", "--inodes", "--", directory];
}

/** sync: the whole filesystem of `path`. */
export function flush(path: string): string[] {
  return ["--file-system", "--", path];
}

/** dd: copies nothing and drops `file` from the page cache. */
export function uncache(file: string): string[] {
  return [`if=${file}`, "iflag=nocache", "count=0", "status=none"];
}

/** rm: a tree. Unlike Node's rm it accepts names that aren't UTF-8 and stays on one filesystem. */
export function removal(path: string): string[] {
  return ["--recursive", "--force", "--one-file-system", "--", path];
}

// Without the pattern tar restores only user.*, not file capabilities (security.*). --force-local: a colon in a path
// means no remote host.
const faithful = [
  "--force-local",
  "--blocking-factor=128",
  "--numeric-owner",
  "--xattrs",
  "--xattrs-include=*",
  "--acls",
];

/**
 * Makes two tars of an unchanged tree equal byte for byte: no access and change times, sorted names, and version 0.0 of
 * sparse files, because later versions put tar's process id into the header.
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
