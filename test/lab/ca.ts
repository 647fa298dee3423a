// The lab's certificate authority, and a wildcard certificate for its domain.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { exists } from "./host.ts";
import { at, base } from "./paths.ts";
import type { Step } from "./steps.ts";

const system = "/etc/ssl/certs/ca-certificates.crt";

export const files = {
  authority: join(at.ca, "ca.pem"),
  /** The lab's authority and the machine's own ones, for programs that accept a single file. */
  bundle: join(at.ca, "bundle.pem"),
  certificate: join(at.ca, "wildcard.pem"),
  key: join(at.ca, "wildcard.key"),
} as const;

export const ca: Step = {
  name: "certificates",
  after: ["packages"],
  ready: async () => {
    if (!(await exists(files.bundle))) return false;
    const certificate = new X509Certificate(await readFile(files.certificate));
    return new Date(certificate.validTo).getTime() - Date.now() > 7 * 86_400_000;
  },
  run: async shell => {
    const work = `${at.ca}.new`;
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true, mode: 0o700 });
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "365"];
    const root = [
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=hearth lab authority",
      "-addext",
      "basicConstraints=critical,CA:TRUE",
    ];
    const leaf = [
      "-keyout",
      "wildcard.key",
      "-out",
      "leaf.pem",
      "-subj",
      `/CN=*.${base}`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
    ];
    const names = [
      "-addext",
      `subjectAltName=DNS:*.${base},DNS:${base}`,
      "-addext",
      "basicConstraints=critical,CA:FALSE",
    ];
    await shell("openssl", ["req", "-x509", ...ec, ...root], { cwd: work });
    await shell("openssl", ["req", "-x509", ...ec, ...leaf, ...names], { cwd: work });
    await rm(join(work, "ca.key"));
    const authority = await readFile(join(work, "ca.pem"), "utf8");
    await writeFile(join(work, "wildcard.pem"), (await readFile(join(work, "leaf.pem"), "utf8")) + authority);
    await writeFile(join(work, "bundle.pem"), authority + (await readFile(system, "utf8").catch(() => "")));
    await rm(at.ca, { recursive: true, force: true });
    await rename(work, at.ca);
  },
};
