// What an answer through the ingress proves about an app. Pure.

/** What the answer must be. */
export interface Expectation {
  /** Expected status. Default: any 2xx or 3xx. */
  readonly status?: number | undefined;
  /** Without `status`: whether 401 and 403 are good too, as from an app behind a login. Default: false. */
  readonly allowUnauthorized?: boolean | undefined;
  /** The `issuer` that an OpenID provider's document must name. Default: not checked. */
  readonly issuer?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: { readonly "content-type"?: string | undefined; readonly server?: string | undefined };
  /** Empty if it wasn't needed. */
  readonly body: string;
}

/**
 * What failed. `name`: the domain wasn't resolved. `route`: no TLS connection to the ingress. `router`: the ingress
 * has no router for the app. `app`: anything else.
 */
export type Culprit = "name" | "route" | "router" | "app";

export interface NoAnswer {
  readonly why: string;
  readonly by: Culprit;
}

/** What was wrong, in words that are the same for two equal probes. */
export interface Fault {
  readonly what: string;
  readonly by: Culprit;
  readonly status?: number;
}

/** undefined if the answer is as expected. */
export function faultOf(answer: Answer | NoAnswer, expected: Expectation): Fault | undefined {
  if ("why" in answer) return { what: `no answer (${answer.why})`, by: answer.by };
  const { status, body } = answer;
  if (!isExpected(status, expected))
    return { what: `HTTP ${status}`, by: isFromTraefik(answer) ? "router" : "app", status };
  const { issuer } = expected;
  if (issuer === undefined || issuerIn(body) === issuer) return undefined;
  return { what: `issuer ${issuerIn(body) ?? "missing"} instead of ${issuer}`, by: "app" };
}

function isExpected(status: number, expected: Expectation): boolean {
  if (expected.status !== undefined) return status === expected.status;
  return (status >= 200 && status < 400) || (expected.allowUnauthorized === true && (status === 401 || status === 403));
}

/** Traefik's answer to a request that no router matches: Go's `http.NotFound`. */
function isFromTraefik({ status, headers, body }: Answer): boolean {
  const isText = headers["content-type"]?.startsWith("text/plain") === true;
  return status === 404 && isText && headers.server === undefined && body.trim() === "404 page not found";
}

function issuerIn(body: string): string | undefined {
  try {
    const found = (JSON.parse(body) as { issuer?: unknown }).issuer;
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined; // no JSON: the caller says that the issuer is missing
  }
}
