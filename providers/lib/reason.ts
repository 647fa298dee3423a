// Shortens an error to a reason for a line, an alert or a held version. The diagnostics hold the whole text.
import { stripVTControlCharacters } from "node:util";

/** UTF-16 code units of a reason. */
export const MAX_REASON = 80;

/** Characters read at each end, more than any rule below needs: a program's whole output can be megabytes. */
const MAX_READ = 4_000;

/** What the line around a reason says already, and long phrases of other programs. Applied until none matches. */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/^.*\bFATA\b(?:\[\d+\])?\s*/, ""],
  [/ \(after \d+ s\)$/, ""],
  [/^(?:\S+ at )?\S+ isn't healthy: /, ""],
  [/^\d+\.\d+\.\d+\S*: /, ""],
  [/^abra: [^:]+: /, ""],
  [/^[\w.-]+: [^:]+: exit \d+: /, ""],
  [/\bError response from daemon: /, ""],
  [/\brpc error: code = \w+ desc = /, ""],
  [/^(\S+) isn't running \(\1: (.+)\)$/, "$1: $2"],
  [/(?:: |^)task: non-zero exit \((\d+)\)/, " exits $1"],
  [/: (?:dockerexec: )?unhealthy container/, ", unhealthy"],
];

/**
 * One line of at most MAX_REASON characters, without control characters: what failed, as far as `text` says it briefly.
 * Mask secrets first: half a secret isn't recognised. A reason that is shortened again stays as it is.
 */
export function shortReason(text: string): string {
  const isLong = text.length > 2 * MAX_READ;
  const clean = printable(isLong ? `${text.slice(0, MAX_READ)}\n${text.slice(-MAX_READ)}` : text);
  const fatal = clean.split("\n").findLast(line => /\bFATA\b/.test(line));
  let reason = (fatal ?? clean).replaceAll(/\s+/g, " ").trim();
  for (let before = ""; before !== reason;) {
    before = reason;
    for (const [pattern, replacement] of rules) reason = reason.replace(pattern, replacement).trim();
  }
  return shorten(reason, MAX_REASON);
}

/** Cuts `text` at `max` UTF-16 code units, ends in `…`; at a near space, never inside a surrogate pair. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text.toWellFormed();
  const cut = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "");
  const space = cut.lastIndexOf(" ");
  const words = space > 0.75 * max ? cut.slice(0, space) : cut;
  return `${words.replace(/[\s,;:(]+$/, "")}…`.toWellFormed();
}

/**
 * Removes terminal escapes, control characters and marks that reorder text, all but newlines and tabs: other programs'
 * output is untrusted.
 */
export function printable(text: string): string {
  const lines = text.replaceAll(/\r\n?|[\u2028\u2029]/g, "\n");
  return stripVTControlCharacters(lines)
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, "")
    .toWellFormed();
}
