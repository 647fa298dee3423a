import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { usable } from "../../../providers/lib/keycloak/usable.ts";

describe("a realm that a run is given", () => {
  let server: Server;
  let issuer: string;
  let discovery: (path: string) => { status: number; document: object };
  let grant: (body: URLSearchParams) => { status: number; answer: object };
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer(async (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const isDiscovery = request.method === "GET";
      const { status, ...rest } = isDiscovery ? discovery(request.url!) : grant(new URLSearchParams(body));
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(Object.values(rest)[0]));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/docs-0a1b2c`;
    discovery = () => ({ status: 200, document: { issuer } });
    grant = body => {
      assert.deepEqual(Object.fromEntries(body), {
        grant_type: "password",
        client_id: "docs",
        client_secret: "s3cret",
        username: "ci",
        password: "pass word",
        scope: "openid",
      });
      return { status: 200, answer: { access_token: "x" } };
    };
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const check = (deadline = 0) =>
    usable(
      {
        issuer,
        clientId: "docs",
        username: "ci",
        credentials: { clientSecret: "s3cret", password: "pass word" },
      },
      deadline,
    );
  const refused = (trouble: string) => ({
    name: "UnusableRealmError",
    message: `${issuer} isn't usable after 0 s: ${trouble}`,
  });

  it("names its issuer and lets its user log in: one query of each", async () => {
    await check();
    assert.deepEqual(requests, [
      "GET /realms/docs-0a1b2c/.well-known/openid-configuration",
      "POST /realms/docs-0a1b2c/protocol/openid-connect/token",
    ]);
  });

  it("is asked for a token where discovery says", async () => {
    const tokens = issuer.replace("/realms/docs-0a1b2c", "/elsewhere");
    discovery = () => ({ status: 200, document: { issuer, token_endpoint: tokens } });
    await check();
    assert.equal(requests.at(-1), "POST /elsewhere");
  });

  it("is refused with another issuer, before its credentials are sent", async () => {
    discovery = () => ({ status: 200, document: { issuer: "https://sso.test/realms/other" } });
    await assert.rejects(check(), refused("discovery names the issuer https://sso.test/realms/other"));
    discovery = () => ({ status: 200, document: {} });
    await assert.rejects(check(), refused("discovery names the issuer undefined"));
    assert.ok(requests.every(each => each.startsWith("GET ")));
  });

  it("is refused while discovery fails, whatever it says", async () => {
    for (const status of [201, 404, 500, 503]) {
      discovery = () => ({ status, document: { issuer } });
      await assert.rejects(check(), refused(`discovery answers HTTP ${status}`));
    }
  });

  it("is refused without a token, with Keycloak's own words", async () => {
    const error_description = "Account is not fully set up";
    grant = () => ({ status: 400, answer: { error: "invalid_grant", error_description } });
    await assert.rejects(check(), refused(`the password grant answers HTTP 400: invalid_grant, ${error_description}`));
    grant = () => ({ status: 200, answer: { access_token: "", error: "none" } });
    await assert.rejects(check(), refused("the password grant answers HTTP 200: none"));
  });

  it("is tried again until its deadline: Keycloak serves a new realm a moment late", async () => {
    let early = 2;
    discovery = () => ({ status: early-- > 0 ? 404 : 200, document: { issuer } });
    await check(5_000);
    assert.equal(requests.length, 4);
  });

  it("isn't usable while Keycloak can't be reached, and the error says why", async () => {
    server.closeAllConnections();
    server.close();
    await assert.rejects(check(), { name: "UnusableRealmError", message: /isn't usable after 0 s: fetch failed/ });
  });

  it("is refused with the seconds that it was given, after several queries", async () => {
    discovery = () => ({ status: 503, document: {} });
    const start = performance.now();
    await assert.rejects(check(900), { message: `${issuer} isn't usable after 1 s: discovery answers HTTP 503` });
    assert.ok(performance.now() - start >= 900 && requests.length >= 3, `${requests.length} queries`);
    assert.ok(requests.length <= 5, "and no hot loop");
  });

  it("is given 15 seconds unless the caller says otherwise", async () => {
    const clock = performance.now.bind(performance);
    let late = 0;
    discovery = () => {
      late = late === 0 ? 13_000 : 15_000;
      return { status: 503, document: {} };
    };
    const credentials = { clientSecret: "s3cret", password: "pass word" };
    performance.now = () => clock() + late;
    try {
      const login = usable({ issuer, clientId: "docs", username: "ci", credentials });
      await assert.rejects(login, { message: `${issuer} isn't usable after 15 s: discovery answers HTTP 503` });
    } finally {
      performance.now = clock;
    }
    assert.equal(requests.length, 2, "within them it is tried again");
  });
});
