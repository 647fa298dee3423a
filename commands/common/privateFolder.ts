// Folders that no other user can write into or replace. Whoever can write compiled code runs it as this user.
import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";

type Facts = Pick<Stats, "uid" | "mode"> & { isDirectory(): boolean };

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Whether only the user `uid` can write into the folder `own`, which is theirs, and can replace it:
 * each of its `parents` belongs to root or to this user, and is writable by others only if it is sticky.
 */
export function isOnlyOurs(own: Facts, parents: readonly Facts[], uid: number): boolean {
  const isSafe = (parent: Facts): boolean =>
    (parent.uid === 0 || parent.uid === uid) && ((parent.mode & WRITABLE_BY_OTHERS) === 0 || isSticky(parent));
  return own.isDirectory() && own.uid === uid && (own.mode & WRITABLE_BY_OTHERS) === 0 && parents.every(isSafe);
}

function isSticky({ mode }: Facts): boolean {
  return (mode & STICKY) !== 0;
}

/** Creates the folder with mode 0700 if it is absent. Returns its real path; undefined if it can't be kept private. */
export function privateFolder(path: string): string | undefined {
  try {
    create(path);
    const real = join(realpathSync(dirname(path)), basename(path));
    const own = lstatSync(real);
    if (!isOnlyOurs(own, parentsOf(real).map(lstatOf), process.getuid!())) return undefined;
    if ((own.mode & 0o777) !== 0o700) chmodSync(real, 0o700);
    return real;
  } catch {
    return undefined; // a cache is never needed
  }
}

/** Not mkdir's `recursive`: in a folder such as /proc, where nothing can be created, Node never returns from it. */
function create(path: string): void {
  const absent = [path, ...parentsOf(path)].filter(each => !existsSync(each));
  for (const each of absent.toReversed()) mkdirSync(each, { mode: 0o700 });
}

function lstatOf(path: string): Stats {
  return lstatSync(path);
}

/** Nearest first, `/` last. */
function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}
