// One look at an app from outside, through the ingress and TLS.

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
export async function lookAt({ url, status, issuer }: Expectation, timeout = 5_000): Promise<Fault | undefined> {
  let answer: Response;
  let body: string;
  try {
    answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeout) });
    body = issuer === undefined ? "" : await answer.text();
    if (issuer === undefined) await answer.body?.cancel();
  } catch (error) {
    const why = reason(error);
    // A time-out is no proof: it may be the app that hangs behind an ingress that is well.
    return { what: `no answer (${why})`, unreached: why !== "time-out" && why !== "UND_ERR_SOCKET" };
  }
  const good = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status;
  if (!good) return answered(`HTTP ${answer.status}`);
  if (issuer !== undefined && issuerIn(body) !== issuer) return answered(`issuer ${issuerIn(body) ?? "missing"} instead of ${issuer}`);
  return undefined;
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

function reason(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "time-out";
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? (error instanceof Error ? error.message : String(error));
}
