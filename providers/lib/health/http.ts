// Probes an app through the ingress and TLS. Doesn't use `fetch`, which takes longer to load than the probe takes.
import { get } from "node:https";
import { isIP } from "node:net";
import { faultOf, type Answer, type Expectation, type Fault, type NoAnswer } from "./answer.ts";

interface Request extends Expectation {
  /** The whole URL. */
  readonly url: string;
  /** The whole URL to request if `url` answers 404. Default: none. */
  readonly fallback?: string | undefined;
}

/** undefined if the response was as expected. `timeout` in ms, for each URL. */
export async function probeUrl({ url, fallback, ...expected }: Request, timeout = 5_000): Promise<Fault | undefined> {
  const fault = await probeOne(url, expected, timeout);
  if (fallback === undefined || fault?.status !== 404) return ownFault(fault, url, timeout);
  const second = await probeOne(fallback, expected, timeout);
  const at = ({ what }: Fault, asked: string) => `${what} at ${new URL(asked).pathname}`;
  const both = second && { ...second, what: `${at(fault, url)} and ${at(second, fallback)}` };
  return ownFault(both, fallback, timeout);
}

/** A Go program's own 404 is equal to Traefik's. Traefik gives it at every path if it has no router for the app. */
async function ownFault(fault: Fault | undefined, url: string, timeout: number): Promise<Fault | undefined> {
  if (fault?.by !== "router") return fault;
  const root = await probeOne(new URL("/", url).href, {}, timeout);
  return root?.by === "router" ? fault : { ...fault, by: "app" };
}

async function probeOne(url: string, expected: Expectation, timeout: number): Promise<Fault | undefined> {
  return faultOf(await request(url, expected.issuer !== undefined, timeout), expected);
}

/** Longer bodies than Traefik's own 404 needn't be read to recognize it. */
const MAX_ERROR_BODY = 100;

/** Doesn't follow redirects. Uses a new connection, as a client from outside would. */
function request(url: string, wantsBody: boolean, timeout: number): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(timeout);
  return new Promise(resolve => {
    let reached = false;
    // A resolver that never answers leads to the same time-out as an ingress that doesn't.
    let resolved = isIP(new URL(url).hostname.replaceAll(/[[\]]/g, "")) !== 0;
    // Once connected, a time-out proves nothing: the app may hang behind a healthy ingress.
    const failed = (error: NodeJS.ErrnoException) => {
      const unreached = error.syscall === "getaddrinfo" || !resolved ? "name" : "route";
      resolve({
        why: signal.aborted ? "time-out" : (error.code ?? error.message),
        by: reached ? "app" : unreached,
      });
    };
    const sent = get(url, { agent: false, signal }, answer => {
      const status = answer.statusCode!;
      const { headers } = answer;
      let body = "";
      const end = () => {
        resolve({ status, headers, body });
        answer.destroy();
      };
      answer.on("error", failed);
      if (status !== 404 && !wantsBody) return end();
      answer.setEncoding("utf8").on("data", (part: string) => {
        body += part;
        if (status === 404 && body.length > MAX_ERROR_BODY) end();
      });
      answer.once("end", end);
    });
    sent.on("error", failed);
    sent.once("socket", socket => {
      socket.once("lookup", (error: Error | null) => (resolved = error === null));
      socket.once("secureConnect", () => (reached = true));
    });
  });
}
