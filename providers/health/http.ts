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

/** undefined where the answer was as expected, else what was wrong, in words that stay the same from one look to the next. */
export async function lookAt({ url, status, issuer }: Expectation, timeout = 5_000): Promise<string | undefined> {
  let answer: Response;
  let body: string;
  try {
    answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeout) });
    body = issuer === undefined ? "" : await answer.text();
    if (issuer === undefined) await answer.body?.cancel();
  } catch (error) {
    return `no answer (${reason(error)})`;
  }
  const good = status === undefined ? answer.status >= 200 && answer.status < 400 : answer.status === status;
  if (!good) return `HTTP ${answer.status}`;
  if (issuer !== undefined && issuerIn(body) !== issuer) return `issuer ${issuerIn(body) ?? "missing"} instead of ${issuer}`;
  return undefined;
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
