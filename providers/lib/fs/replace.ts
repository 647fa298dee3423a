// Replaces the text of another user's file: its owner, mode and links stay.
import { lstat, realpath, stat } from "node:fs/promises";
import { ignoreAbsent, UnreadableError, writeText } from "./file.ts";

/**
 * As `writeText`, but an existing file keeps owner, group and mode, and a link stays a link: the file that it names is
 * replaced. A new file gets mode 0600. Throws the file system's error with the file unchanged, also if the owner can't
 * be kept.
 */
export async function replaceText(path: string, text: string): Promise<void> {
  const target = (await realpath(path).catch(ignoreAbsent)) ?? (await absentFile(path));
  await writeText(target, text, await stat(target).catch(ignoreAbsent));
}

/** `path`, unless it is a link that names no file. */
async function absentFile(path: string): Promise<string> {
  if (await lstat(path).catch(ignoreAbsent))
    throw new UnreadableError(path, "the file that this link names doesn't exist");
  return path;
}
