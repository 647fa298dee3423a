// Requests the HTTP status of a URL.

/** undefined: no answer within 5 seconds. Redirects are not followed. */
export async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined; // the caller reports it
  }
}

export function statusText(status: number | undefined): string {
  return status === undefined ? "nothing" : `HTTP ${status}`;
}
