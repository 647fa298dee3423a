import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { probeUrl } from "../../../providers/lib/health/http.ts";
import { run } from "../../../providers/lib/process/run.ts";

const issuer = "https://sso.test/realms/a";

/** The probe ends, with an answer or without: a gate that waits for a body waits for ever. */
describe("an answer that is cut off", () => {
  const known = getCACertificates("default");
  let folder: string;
  let server: Server;
  let url: string;
  /** Answers a request, then cuts its connection off. */
  let answer: (socket: Socket) => void;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-cut-"));
    const [key, cert] = [join(folder, "key"), join(folder, "cert")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const argv = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
    await run("openssl", [...argv, ...subject], "make a certificate");
    const certificate = await readFile(cert, "utf8");
    server = createServer({ key: await readFile(key), cert: certificate }, request => answer(request.socket));
    await new Promise<void>(done => server.listen(0, "localhost", done));
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    setDefaultCACertificates([...known, certificate]);
  });
  after(async () => {
    setDefaultCACertificates(known);
    server.closeAllConnections();
    await new Promise(done => server.close(done));
    await rm(folder, { recursive: true });
  });

  /** Fails if the probe doesn't end. */
  const probe = async (expected: { issuer?: string; status?: number }, timeout = 60_000) => {
    const ended = await Promise.race([
      probeUrl({ url, ...expected }, timeout).then(fault => ({ fault })),
      sleep(5_000, undefined, { ref: false }),
    ]);
    assert.ok(ended, "the probe hangs");
    return ended.fault;
  };
  const cut = (head: string, body: string) => (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\nContent-Length: 1000\r\n\r\n${body}`, () => socket.destroy());
  };

  it("in the middle of discovery's document is the app's fault", async () => {
    answer = cut("200 OK", `{"issuer": "${issuer}`);
    assert.deepEqual(await probe({ issuer }), { what: "no answer (ECONNRESET)", by: "app" });
  });

  it("in the middle of a 404, which may be Traefik's, is the app's fault", async () => {
    answer = cut("404 Not Found", "404 page");
    assert.deepEqual(await probe({}), { what: "no answer (ECONNRESET)", by: "app" });
  });

  it("before its first byte is the app's fault", async () => {
    answer = socket => void socket.destroy();
    assert.equal((await probe({}))?.by, "app");
  });

  it("after its head is a whole answer where no body is wanted", async () => {
    answer = cut("200 OK", "");
    assert.equal(await probe({}), undefined);
    answer = cut("503 Service Unavailable", "");
    assert.deepEqual(await probe({}), { what: "HTTP 503", by: "app", status: 503 });
  });

  it("by its time limit, in the middle of a body that never ends, is the app's fault", async () => {
    answer = socket => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
    assert.deepEqual(await probe({ issuer }, 300), { what: "no answer (time-out)", by: "app" });
  });

  it("is read no further than it takes to know that a 404 isn't Traefik's", async () => {
    answer = socket => void socket.write(`HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n${"x".repeat(101)}`);
    assert.deepEqual(await probe({}), { what: "HTTP 404", by: "app", status: 404 });
  });
});
