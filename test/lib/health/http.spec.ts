import assert from "node:assert/strict";
import dns from "node:dns";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { createServer as createPlainServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { probeUrl } from "../../../providers/lib/health/http.ts";
import { run } from "../../../providers/lib/process/run.ts";

describe("a probe of an app from outside", () => {
  const known = getCACertificates("default");
  let folder: string;
  let certificate: string;
  let server: Server;
  let url: string;
  /** Whether Traefik has a router for the app, which answers at `/`. */
  let routed = false;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-probe-"));
    const [key, cert] = [join(folder, "key"), join(folder, "cert")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    await run(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject],
      "make a certificate",
    );
    certificate = await readFile(cert, "utf8");
    server = createServer({ key: await readFile(key), cert: certificate }, (request, response) => {
      const [, kind = "", rest = ""] = request.url!.split("/");
      if (kind === "hang") return;
      if (kind === "traefik" || (kind === "" && !routed))
        return void response
          .writeHead(404, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" })
          .end("404 page not found\n");
      if (kind === "stall") return void response.write("{");
      if (kind === "break") return void request.socket.destroy();
      if (kind === "status")
        return void response.writeHead(Number(rest), { location: "/break" }).end("x".repeat(100_000));
      response.end(kind === "json" ? JSON.stringify({ issuer: "https://sso.test/realms/a" }) : "no JSON");
    });
    await new Promise<void>(done => server.listen(0, "localhost", done));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
    setDefaultCACertificates([...known, certificate]);
  });

  after(async () => {
    setDefaultCACertificates(known);
    server.closeAllConnections();
    await new Promise(done => server.close(done));
    await rm(folder, { recursive: true });
  });

  it("succeeds with any 2xx or 3xx, which isn't followed, or with the expected status", async () => {
    assert.equal(await probeUrl({ url: `${url}/status/200` }), undefined);
    assert.equal(await probeUrl({ url: `${url}/status/302` }), undefined);
    assert.equal(await probeUrl({ url: `${url}/status/401`, status: 401 }), undefined);
    assert.deepEqual(await probeUrl({ url: `${url}/status/503` }), { what: "HTTP 503", by: "app", status: 503 });
    assert.deepEqual(await probeUrl({ url: `${url}/status/200`, status: 204 }), {
      what: "HTTP 200",
      by: "app",
      status: 200,
    });
  });

  it("checks the issuer if one is expected", async () => {
    const issuer = "https://sso.test/realms/a";
    assert.equal(await probeUrl({ url: `${url}/json`, issuer }), undefined);
    assert.deepEqual(await probeUrl({ url: `${url}/json`, issuer: "b" }), {
      what: `issuer ${issuer} instead of b`,
      by: "app",
    });
    assert.deepEqual(await probeUrl({ url: `${url}/text`, issuer }), {
      what: `issuer missing instead of ${issuer}`,
      by: "app",
    });
  });

  it("requests the fallback after a 404 alone, and names both if that fails too", async () => {
    const fallback = `${url}/status/401`;
    assert.equal(await probeUrl({ url: `${url}/status/404`, fallback, allowUnauthorized: true }), undefined);
    assert.deepEqual(await probeUrl({ url: `${url}/status/404`, fallback: `${url}/traefik` }), {
      what: "HTTP 404 at /status/404 and HTTP 404 at /traefik",
      by: "router",
      status: 404,
    });
    assert.equal((await probeUrl({ url: `${url}/status/500`, fallback: `${url}/status/200` }))?.what, "HTTP 500");
    assert.equal(await probeUrl({ url: `${url}/status/404`, fallback, status: 404 }), undefined);
  });

  it("distinguishes Traefik's own 404 from the app's", async () => {
    assert.equal((await probeUrl({ url: `${url}/traefik` }))?.by, "router");
    assert.equal((await probeUrl({ url: `${url}/status/404` }))?.by, "app");
  });

  it("blames the app for a 404 like Traefik's if it answers at / (Go programs give the same 404)", async () => {
    routed = true;
    const fault = await probeUrl({ url: `${url}/traefik` });
    routed = false;
    assert.deepEqual(fault, { what: "HTTP 404", by: "app", status: 404 });
  });

  it("reports a name that isn't resolved", async () => {
    assert.equal((await probeUrl({ url: "https://nothing.invalid" }))?.by, "name");
  });

  it("reports a name whose resolver never answers, not the ingress", async () => {
    const lookup = dns.lookup;
    dns.lookup = (() => undefined) as unknown as typeof dns.lookup;
    try {
      assert.deepEqual(await probeUrl({ url: "https://a.test" }, 300), { what: "no answer (time-out)", by: "name" });
    } finally {
      dns.lookup = lookup;
    }
  });

  it("reports an ingress that accepts connections but no TLS, or never answers", async () => {
    const silent = createPlainServer(socket => void socket.on("error", () => undefined).resume());
    const closing = createPlainServer(socket => void socket.destroy());
    for (const plain of [silent, closing]) {
      await new Promise<void>(done => plain.listen(0, "localhost", done));
      const { port } = plain.address() as AddressInfo;
      assert.equal((await probeUrl({ url: `https://localhost:${port}` }, 300))?.by, "route");
      plain.close();
    }
  });

  it("that can't connect reports why, and that the route may be at fault", async () => {
    const port = (server.address() as AddressInfo).port;
    assert.deepEqual(await probeUrl({ url: "https://localhost:1" }), {
      what: "no answer (ECONNREFUSED)",
      by: "route",
    });
    assert.deepEqual(await probeUrl({ url: `https://127.0.0.1:${port}` }), {
      what: "no answer (ERR_TLS_CERT_ALTNAME_INVALID)",
      by: "route",
    });
    setDefaultCACertificates(known);
    assert.deepEqual(await probeUrl({ url }), { what: "no answer (DEPTH_ZERO_SELF_SIGNED_CERT)", by: "route" });
    setDefaultCACertificates([...known, certificate]);
  });

  it("blames the app for no response, a partial response, or a broken connection", async () => {
    assert.deepEqual(await probeUrl({ url: `${url}/hang` }, 2_000), { what: "no answer (time-out)", by: "app" });
    assert.deepEqual(await probeUrl({ url: `${url}/stall`, issuer: "a" }, 2_000), {
      what: "no answer (time-out)",
      by: "app",
    });
    assert.deepEqual(await probeUrl({ url: `${url}/break` }), { what: "no answer (ECONNRESET)", by: "app" });
  });
});
