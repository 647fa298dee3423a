// Probes an app through the ingress and TLS. Doesn't use `fetch`, which takes longer to load than the probe takes.
import { get } from "node:https";

/** What the response must be. */
interface Expectation {
  /** The whole URL. */
  readonly url: string;
  /** Expected status. Default: any 2xx or 3xx. */
  readonly status?: number | undefined;
  /** The `issuer` that an OpenID provider's document must name. Default: not checked. */
  readonly issuer?: string | undefined;
}

/** What was wrong, in words that are the same for two equal probes. */
export interface Fault {
  readonly what: string;
  /** No response, so the route may be at fault, not the app: refused, unknown host, invalid certificate. */
  readonly unreached: boolean;
}

/** undefined if the response was as expected. `timeout` in ms. */
export async function probeUrl({ url, status, issuer }: Expectation, timeout = 5_000): Promise<Fault | undefined> {
  const answer = await request(url, issuer !== undefined, timeout);
  if ("why" in answer) return { what: `no answer (${answer.why})`, unreached: answer.unreached };
  const good = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status;
  if (!good) return answered(`HTTP ${answer.status}`);
  if (issuer !== undefined && issuerIn(answer.body) !== issuer)
    return answered(`issuer ${issuerIn(answer.body) ?? "missing"} instead of ${issuer}`);
  return undefined;
}

interface Answer {
  readonly status: number;
  /** Empty if it wasn't needed. */
  readonly body: string;
}

interface NoAnswer {
  readonly why: string;
  readonly unreached: boolean;
}

/** Doesn't follow redirects. Uses a new connection, as a client from outside would. */
function request(url: string, wantsBody: boolean, timeout: number): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(timeout);
  return new Promise(resolve => {
    let reached = false;
    // A time-out proves nothing: the app may hang behind a healthy ingress.
    const failed = (error: NodeJS.ErrnoException) =>
      resolve(
        signal.aborted
          ? { why: "time-out", unreached: false }
          : { why: error.code ?? error.message, unreached: !reached },
      );
    const sent = get(url, { agent: false, signal }, answer => {
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
    sent.on("error", failed);
    sent.once("socket", socket => socket.once("secureConnect", () => (reached = true)));
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
