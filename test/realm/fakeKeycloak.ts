// A fake Keycloak with injectable failures and enough of the admin API to create, read and delete a realm.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface Realm {
  attributes?: Record<string, string>;
  clients?: { clientId: string; secret: string }[];
  users?: { username: string; credentials: { value: string }[] }[];
}

/** The failure of the next matching request, before or after it is handled. */
export type Fault =
  { readonly status: number; readonly handled?: boolean; readonly text?: string } | "hang" | "hang after handling";

export class FakeKeycloak {
  readonly realms = new Map<string, Realm>();
  readonly faults: { readonly method: string; readonly path: RegExp; readonly fault: Fault }[] = [];
  readonly requests: string[] = [];
  adminPassword = "admin";
  url = "";
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private tokens = 0;
  /** For each realm, the number of the last token issued before its creation. */
  private readonly lastTokenBefore = new Map<string, number>();

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  fail(method: string, path: RegExp, ...faults: Fault[]): void {
    for (const fault of faults) this.faults.push({ method, path, fault });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const path = (request.url ?? "").split("?")[0]!.replace(/\/$/, "");
    const method = request.method ?? "";
    this.requests.push(`${method} ${path}`);
    const at = this.faults.findIndex(each => each.method === method && each.path.test(path));
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0]!.fault;
    const respond = (status: number, value?: unknown) =>
      response
        .writeHead(status, {
          "content-type": "application/json",
          ...(status === 201 ? { location: `${this.url}/created` } : {}),
        })
        .end(value === undefined ? "" : JSON.stringify(value));
    if (fault === "hang") return;
    if (typeof fault === "object" && fault.text !== undefined)
      return void response.writeHead(fault.status, { "content-type": "text/plain; charset=utf-8" }).end(fault.text);
    if (typeof fault === "object" && !fault.handled)
      return void respond(fault.status, { error: "unknown_error", errorMessage: "deadlock" });
    const brief = !(request.url ?? "").includes("briefRepresentation=false");
    const [status, value] =
      path === "/admin/realms" && method === "GET"
        ? this.list(brief)
        : this.handle(method, path, body, request.headers.authorization ?? "");
    if (fault === "hang after handling") return;
    if (typeof fault === "object") return void respond(fault.status, { error: "unknown_error" });
    respond(status, value);
  }

  private list(brief: boolean): [status: number, value: unknown] {
    return [200, [...this.realms].map(([realm, { attributes }]) => (brief ? { realm } : { realm, attributes }))];
  }

  private handle(method: string, path: string, body: string, authorization: string): [status: number, value?: unknown] {
    if (path === "/realms/master/protocol/openid-connect/token") {
      if (new URLSearchParams(body).get("password") !== this.adminPassword)
        return [401, { error: "invalid_grant", error_description: "Invalid user credentials" }];
      const claims = Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 60, n: ++this.tokens })).toString(
        "base64url",
      );
      return [200, { access_token: `x.${claims}.x`, refresh_token: `x.${claims}.x` }];
    }
    const token = JSON.parse(Buffer.from(authorization.split(".")[1] ?? "", "base64url").toString() || '{"n":0}') as {
      n: number;
    };
    if (method === "POST" && path === "/admin/realms") {
      const realm = JSON.parse(body) as Realm & { realm: string };
      if (this.realms.has(realm.realm)) return [409, { errorMessage: `Conflict detected` }];
      this.realms.set(realm.realm, realm);
      this.lastTokenBefore.set(realm.realm, this.tokens);
      return [201];
    }
    const [, name = "", rest = ""] = /^\/admin\/realms\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    if (path === "/admin/realms/master") return [200, { realm: "master" }];
    const realm = this.realms.get(name);
    if (!realm) return [404, { error: "Realm not found." }];
    if (method === "DELETE" && rest === "") {
      this.realms.delete(name);
      return [204];
    }
    if (rest === "") return [200, realm];
    if (token.n <= (this.lastTokenBefore.get(name) ?? 0)) return [403, { error: "HTTP 403 Forbidden" }];
    if (rest === "/clients") return [200, [{ id: "c", ...realm.clients?.[0] }]];
    if (rest === "/users") return [200, [{ id: "u", username: realm.users?.[0]?.username }]];
    if (rest === "/clients/c")
      return ((realm.clients![0]!.secret = (JSON.parse(body) as { secret: string }).secret), [204]);
    if (rest === "/users/u/reset-password")
      return ((realm.users![0]!.credentials[0]!.value = (JSON.parse(body) as { value: string }).value), [204]);
    return [404, {}];
  }
}
