// A realm is usable if discovery names the right issuer and a password grant works.
import { setTimeout as sleep } from "node:timers/promises";
import { monotonicNow } from "../time/index.ts";
import type { Credentials } from "./representation.ts";

class UnusableRealmError extends Error {
  override readonly name = "UnusableRealmError";
}

interface Relying {
  /** https://<domain>/realms/<name> */
  readonly issuer: string;
  readonly clientId: string;
  readonly username: string;
  readonly credentials: Credentials;
}

/** Resolves once a login works. Throws UnusableRealmError after `deadline` ms, with the last failure. */
export async function usable(relying: Relying, deadline = 15_000): Promise<void> {
  for (const start = monotonicNow(); ; await sleep(250)) {
    const trouble = await tryLogin(relying).catch((error: Error) => error.message);
    if (trouble === undefined) return;
    if (monotonicNow() - start >= deadline)
      throw new UnusableRealmError(`${relying.issuer} isn't usable after ${Math.round(deadline / 1000)} s: ${trouble}`);
  }
}

async function tryLogin({ issuer, clientId, username, credentials }: Relying): Promise<string | undefined> {
  const signal = AbortSignal.timeout(10_000);
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`, { signal });
  if (discovery.status !== 200) return `discovery answers HTTP ${discovery.status}`;
  const document = (await discovery.json()) as { issuer?: string; token_endpoint?: string };
  if (document.issuer !== issuer) return `discovery names the issuer ${document.issuer}`;
  const body = new URLSearchParams({
    grant_type: "password",
    client_id: clientId,
    client_secret: credentials.clientSecret,
    username,
    password: credentials.password,
    scope: "openid",
  });
  const grant = await fetch(document.token_endpoint ?? `${issuer}/protocol/openid-connect/token`, {
    method: "POST",
    body,
    signal,
  });
  const answer = (await grant.json()) as { access_token?: string; error?: string; error_description?: string };
  if (answer.access_token) return undefined;
  const why = [answer.error, answer.error_description].filter(Boolean).join(", ");
  return `the password grant answers HTTP ${grant.status}: ${why}`;
}
