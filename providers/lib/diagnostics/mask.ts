// Takes secrets out of a text before it is kept, sent or said: those that are known, and what looks like one.

/** Shorter ones aren't masked: they occur by chance all over a text, and the gaps would tell what they are. */
const SHORTEST = 4;

const secretName =
  "(?:pass(?:w(?:or)?d|phrase)?|(?<=[_.-])pwd|secret|token|credentials?|(?:api|private|access|encryption|signing)[_-]?key)";
/** A name that ends so says where a secret is, or which one, and is needed to understand what failed. */
const pointer = "(?:version|file|name|id|length|type)";
/** The name of an assignment. No longer than names are: a line that is one huge word would take minutes else. */
const assigned = String.raw`(?<![\w.-])(?![\w.-]{0,200}[_-]${pointer}=)[\w.-]{0,100}${secretName}[\w.-]{0,100}`;
/** A key of JSON, with its colon. */
const keyed = (quote: string) =>
  String.raw`${quote}(?![^"\\]{0,200}${pointer}${quote})[^"\\]{0,100}${secretName}[^"\\]{0,100}${quote}\s*:\s*`;
/** A value in quotes that ends where they do; a shell may go on behind them. */
const quoted = String.raw`(?:"(?:\\.|[^"\\\r\n])*"|'[^'\r\n]*')(?=[\s,;)}\]]|$)`;

/** What is kept of each find is `$1` before and `$2` after the credential. In doubt too much is taken rather than too little. */
const credentials: readonly RegExp[] = [
  // JSON: a text, a number, and a text of JSON within JSON.
  new RegExp(String.raw`(${keyed('"')}")(?:\\.|[^"\\])*()`, "gis"),
  new RegExp(String.raw`(${keyed('"')})[-\d][^\s,}\]]*()`, "gi"),
  new RegExp(String.raw`(${keyed(String.raw`\\"`)}\\")(?:\\\\.|[^\\])*()`, "gis"),
  // Headers, as sent, as logged, and in JSON.
  /(\b(?:proxy-)?authorization\\?["']?\s*[:=]\s*(?:\\?["'])?(?:(?:bearer|basic|digest|negotiate|token)\s+)?)[^\s"'\\][^\r\n"'\\]*()/gi,
  /(\b(?:set-)?cookie\\?["']?:\s*(?:\\?["'])?)[^\s"'\\][^\r\n"'\\]*()/gi,
  /(\bbearer\s+)[\w.~+/-]{8,}=*()/gi,
  // URLs: a user's password, which may hold what ought to have been escaped; of a user alone everything, as tokens stand there.
  /(\/\/[^\s/:@"']*:)[^\s"']+(@)/g,
  /(\bhttps?:\/\/)[^\s/:@"']+(@)/gi,
  // NAME=value: as a text of JSON; on a line of its own, behind a log's prefix too, to the line's end; elsewhere to the next space.
  new RegExp(String.raw`("${assigned}=)(?:\\.|[^"\\\r\n])*()`, "gi"),
  new RegExp(String.raw`((?:^|\|)[ \t]*(?:export[ \t]+|-[ \t]+)?${assigned}=)(?:${quoted}|[^\r\n]+)()`, "gim"),
  new RegExp(String.raw`((?<!")${assigned}=)(?:${quoted}|(?:(?!"[,}\]])\S)+)()`, "gim"),
  // NAME: value, as in YAML. Upper case alone: prose about a "password: " stays.
  /(^[ \t]*(?:-[ \t]+)?(?!\w*_(?:VERSION|FILE|NAME|ID|LENGTH|TYPE):)[A-Z\d_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|PRIVATE_KEY)[A-Z\d_]*:[ \t]+)[^\r\n]+()/gm,
];

/**
 * `text` without any of `secrets` that has 4 characters or more, as it is, line by line, and as JSON, a URL or base64 writes it;
 * and without the value of whatever looks like a credential: `***` stands where one was.
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

/** Of a character that no secret has: so that what is left before and after it can't make one again. */
function gapFor(secrets: readonly string[]): string {
  let mark = "*";
  for (let code = 0x2580; secrets.some(secret => secret.includes(mark)); code++) mark = String.fromCharCode(code);
  return mark.repeat(3);
}

/** Looks for all of them in the text as it was, then cuts: secrets may overlap, or hold one another. */
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
