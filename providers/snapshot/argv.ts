// The command lines of tar, zstd and the small programs around them, as pure data.

/**
 * tar of everything in `directory`, to stdout: two of one unchanged tree are equal byte for byte. That takes no access and change
 * times, sorted names, and the 0.0 form of sparse files: the later ones put tar's own process id into the header.
 */
export function pack(directory: string): string[] {
  return [
    "--create",
    "--file=-",
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

/**
 * tar from stdin into the existing `directory`, which gets the owner, mode and times of the archived one. It reads to the end of stdin,
 * not only to the end of the archive: where it left earlier, whoever feeds it couldn't tell that from a failure.
 */
export function unpack(directory: string): string[] {
  return [
    "--extract",
    "--file=-",
    "--ignore-zeros",
    "--same-owner",
    "--same-permissions",
    "--delay-directory-restore",
    ...faithful,
    `--directory=${directory}`,
  ];
}

/** zstd from stdin to stdout, on all cores. */
export function compress(): string[] {
  return ["-1", "-T0", "--quiet", "--stdout"];
}

/** zstd of the file `archive` to stdout; zstd checks its own checksums on the way. */
export function decompress(archive: string): string[] {
  return ["--decompress", "--quiet", "--stdout", "--", archive];
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

// Without the pattern tar restores user.* alone, and file capabilities (security.*) would be lost.
const faithful = ["--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls"];
