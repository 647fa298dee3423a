// One look at an app from outside, through the ingress and TLS. `fetch` would do, but takes longer to load than a look takes.
import { get } from "node:https";

/** What a look must find. */
export interface Expectation {
  /** The whole URL. */
  readonly url: string;
  /** The status wanted. Default: any 2xx or 3xx. */
  readonly status?: number | undefined;
  /** For an OpenID provider: the `issuer` (or `public` realm document's `token-service` host) is below this URL. Default: not looked at. */
  readonly issuer?: string | undefined;
}

/** What was wrong, in words that stay the same from one look to the next. */
export interface Fault {
  readonly what: string;
  /** Nobody answered at all, so that it may be the way to the app and not the app: refused, no such host, a certificate that doesn't hold. */
  readonly unreached: boolean;
}

/** undefined where the answer was as expected. `timeout` in ms. */
export async function probeUrl({ url, status, issuer }: Expectation, timeout = 5_000): Promise<Fault | undefined> {
  const answer = await ask(url, issuer !== undefined, timeout);
  if ("why" in answer) return { what: `no answer (${answer.why})`, unreached: answer.unreached };
  const good = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status;
  if (!good) return answered(`HTTP ${answer.status}`);
  if (issuer !== undefined && issuerIn(answer.body) !== issuer)
    return answered(`issuer ${issuerIn(answer.body) ?? "missing"} instead of ${issuer}`);
  return undefined;
}

interface Answer {
  readonly status: number;
  /** Empty where it wasn't wanted. */
  readonly body: string;
}

interface NoAnswer {
  readonly why: string;
  readonly unreached: boolean;
}

/** Redirects aren't followed. A connection of its own, as anybody from outside would make one. */
function ask(url: string, wantsBody: boolean, timeout: number): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(timeout);
  return new Promise(resolve => {
    let reached = false;
    // A time-out is no proof: it may be the app that hangs behind an ingress that is well.
    const failed = (error: NodeJS.ErrnoException) =>
      resolve(
        signal.aborted
          ? { why: "time-out", unreached: false }
          : { why: error.code ?? error.message, unreached: !reached },
      );
    const asked = get(url, { agent: false, signal }, answer => {
      const status = answer.statusCode!;
      let body = "";
      answer.on("error", failed);
      if (!wantsBody) {
        resolve({ status, body });
        answer.destroy();
        return;
      }
      answer.setEncoding("utf8").on("data", (part: string) => (body += part));
      answer.once("end", () => resolve({ status, body }));
    });
    asked.on("error", failed);
    asked.once("socket", socket => socket.once("secureConnect", () => (reached = true)));
  });
}

function answered(what: string): Fault {
  return { what, unreached: false };
}

function issuerIn(body: string): string | undefined {
  try {
    const found = (JSON.parse(body) as { issuer?: unknown }).issuer;
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined; // no JSON: the caller says that the issuer is missing
  }
}
