// Masks secrets in a text before it is stored, sent or logged: known ones, and whatever looks like one.

/** Shorter secrets aren't masked: they occur by chance, and the gaps would reveal them. */
const SHORTEST = 4;

const secretName =
  "(?:pass(?:w(?:or)?d|phrase)?|(?<=[_.-])pwd|secret|token|credentials?" +
  "|(?:api|private|access|encryption|signing)[_-]?key)";
/** Suffixes of names that say where a secret is, or which one: needed to understand a failure. */
const pointer = "(?:version|file|name|id|length|type)";
/** The name of an assignment. Bounded: a line that is one huge word would take minutes otherwise. */
const assigned = String.raw`(?<![\w.-])(?![\w.-]{0,200}[_-]${pointer}=)[\w.-]{0,100}${secretName}[\w.-]{0,100}`;
/** A key of JSON, with its colon. */
const keyed = (quote: string) =>
  String.raw`${quote}(?![^"\\]{0,200}${pointer}${quote})[^"\\]{0,100}${secretName}[^"\\]{0,100}${quote}\s*:\s*`;
/** A quoted value; a shell command may continue after it. */
const quoted = String.raw`(?:"(?:\\.|[^"\\\r\n])*"|'[^'\r\n]*')(?=[\s,;)}\]]|$)`;

/** `$1` before and `$2` after the credential are kept. When unsure, over-mask. */
const credentials: readonly RegExp[] = [
  // JSON: a string, a number, and a string of JSON within JSON.
  new RegExp(String.raw`(${keyed('"')}")(?:\\.|[^"\\])*()`, "gis"),
  new RegExp(String.raw`(${keyed('"')})[-\d][^\s,}\]]*()`, "gi"),
  new RegExp(String.raw`(${keyed(String.raw`\\"`)}\\")(?:\\\\.|[^\\])*()`, "gis"),
  // Headers, as sent, as logged, and in JSON.
  new RegExp(
    String.raw`(\b(?:proxy-)?authorization\\?["']?\s*[:=]\s*(?:\\?["'])?` +
      String.raw`(?:(?:bearer|basic|digest|negotiate|token)\s+)?)[^\s"'\\][^\r\n"'\\]*()`,
    "gi",
  ),
  /(\b(?:set-)?cookie\\?["']?:\s*(?:\\?["'])?)[^\s"'\\][^\r\n"'\\]*()/gi,
  /(\bbearer\s+)[\w.~+/-]{8,}=*()/gi,
  // URLs: a password, even with characters that should be escaped; a user name without one may be a token.
  /(\/\/[^\s/:@"']*:)[^\s"']+(@)/g,
  /(\bhttps?:\/\/)[^\s/:@"']+(@)/gi,
  // NAME=value: as a JSON string; on its own line, also after a log prefix, to the line's end; else to the next space.
  new RegExp(String.raw`("${assigned}=)(?:\\.|[^"\\\r\n])*()`, "gi"),
  new RegExp(String.raw`((?:^|\|)[ \t]*(?:export[ \t]+|-[ \t]+)?${assigned}=)(?:${quoted}|[^\r\n]+)()`, "gim"),
  new RegExp(String.raw`((?<!")${assigned}=)(?:${quoted}|(?:(?!"[,}\]])\S)+)()`, "gim"),
  // NAME: value, as in YAML. Upper case alone: prose about a "password: " stays.
  new RegExp(
    String.raw`(^[ \t]*(?:-[ \t]+)?(?!\w*_(?:VERSION|FILE|NAME|ID|LENGTH|TYPE):)` +
      String.raw`[A-Z\d_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|PRIVATE_KEY)[A-Z\d_]*:[ \t]+)[^\r\n]+()`,
    "gm",
  ),
];

/**
 * Replaces by `***` every secret of 4 characters or more, verbatim, line by line, and as JSON, URLs and base64 encode
 * it, and the value of whatever looks like a credential.
 */
export function mask(text: string, secrets: readonly string[]): string {
  const hidden = [...new Set(secrets.flatMap(spellings))].filter(spelling => spelling.length >= SHORTEST);
  const gap = gapFor(hidden);
  return credentials.reduce((masked, look) => masked.replaceAll(look, `$1${gap}$2`), withoutAny(text, hidden, gap));
}

function spellings(secret: string): string[] {
  const whole = secret.trim();
  const encoded = [secret, whole].flatMap(form => [
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.toWellFormed()),
    Buffer.from(form).toString("base64"),
    Buffer.from(form).toString("base64url"),
  ]);
  return [secret, whole, ...secret.split(/\r?\n/).map(line => line.trim()), ...encoded];
}

/** A character that no secret contains, so that the text around it can't form one again. */
function gapFor(secrets: readonly string[]): string {
  let mark = "*";
  for (let code = 0x2580; secrets.some(secret => secret.includes(mark)); code++) mark = String.fromCharCode(code);
  return mark.repeat(3);
}

/** Finds all of them in the original text, then cuts: secrets may overlap or contain each other. */
function withoutAny(text: string, secrets: readonly string[], gap: string): string {
  const found = secrets.flatMap(secret => placesOf(secret, text)).toSorted((a, b) => a.start - b.start);
  let [masked, end] = ["", 0];
  for (const place of found) {
    if (place.end <= end) continue;
    if (place.start >= end) masked += text.slice(end, place.start) + gap;
    end = place.end;
  }
  return masked + text.slice(end);
}

function placesOf(secret: string, text: string): { start: number; end: number }[] {
  const places = [];
  for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1))
    places.push({ start, end: start + secret.length });
  return places;
}
