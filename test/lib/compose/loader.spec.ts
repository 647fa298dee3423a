import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { readCompose, type Compose } from "../../../providers/lib/compose/compose.ts";
import { interpolate } from "../../../providers/lib/compose/interpolate.ts";
import type { Mount } from "../../../providers/lib/compose/service.ts";
import { seconds } from "../../../providers/lib/time/index.ts";
import { ask } from "../../lab/oracle.ts";
import { project } from "../../lab/paths.ts";

interface Loaded {
  services?: Record<
    string,
    {
      image?: string;
      healthcheck?: { interval?: string; timeout?: string; start_period?: string; retries?: number; disable?: boolean };
      stop_grace_period?: string;
      volumes?: { type: string; source?: string; target: string; read_only?: boolean }[];
    }
  >;
  secrets?: Record<string, { name?: string }>;
  configs?: Record<string, { name?: string }>;
  volumes?: Record<string, unknown>;
}

const env = { STACK_NAME: "web_test", TAG: "1.2", EMPTY: "" };

describe("hearth's reader of compose files and docker's loader", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-loader-"))));
  after(() => rm(folder, { recursive: true }));

  /** What docker's loader makes of the texts, in the form of hearth's reader; undefined if it refuses them. */
  async function genuine(texts: readonly string[], variables: Record<string, string>): Promise<unknown> {
    const files = texts.map((_, at) => `${at}.yml`);
    for (const [at, text] of texts.entries()) await writeFile(join(folder, files[at]!), text);
    const loaded = await ask<Loaded>("compose", JSON.stringify({ dir: folder, files, env: variables }));
    return "answer" in loaded ? projection(loaded.answer) : undefined;
  }

  for (const recipe of ["custom-html", "docs", "keycloak", "traefik"])
    it(`read the lab's recipe ${recipe} alike, with every overlay`, async () => {
      const path = join(project, "test/lab/recipes", recipe);
      const overlays = (await readdir(path)).filter(name => /^compose\..+\.yml$/.test(name));
      const texts = await Promise.all(["compose.yml", ...overlays].map(name => readFile(join(path, name), "utf8")));
      const expected = await genuine(texts, env);
      assert.ok(expected);
      assert.deepEqual(sorted(readCompose(texts, env)), expected);
    });

  it("read merge keys, overlays of one key, mounts in both forms and secrets with names of their own alike", async () => {
    const base = `
version: "3.8"
x-environment: &environment { A: "1", B: two }
x-check: &check { interval: 5s, timeout: 3s, retries: 4, start_period: 1m }
services:
  app:
    image: "web:\${TAG}"
    environment: { <<: *environment, C: "\${STACK_NAME}" }
    healthcheck: { <<: *check, retries: 7 }
    volumes: ["data:/data", "/etc/hosts:/etc/hosts:ro", { type: volume, source: more, target: /more, read_only: true }]
  db: { image: "db:\${NONE:-15}", stop_grace_period: 2m }
volumes: { data: , more: }
secrets:
  ssl_cert: { external: true, name: "\${STACK_NAME}_ssl_cert_v1" }
  plain: { external: true }
`;
    const overlay = `
version: "3.8"
services:
  app: { healthcheck: { start_period: 10m }, volumes: ["other:/data"] }
  job: { image: job, deploy: { restart_policy: { condition: none } } }
volumes: { other: }
secrets: { ssl_cert: { external: true, name: renamed } }
`;
    const expected = await genuine([base, overlay], env);
    assert.ok(expected);
    assert.deepEqual(sorted(readCompose([base, overlay], env)), expected);
  });

  it("read 150 generated pairs of a file and an overlay alike, and refuse the same ones", async () => {
    let [loaded, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(file, file, fc.boolean(), async (base, overlay, single) => {
        const texts = (single ? [base] : [base, overlay]).map(each => stringify({ version: "3.8", ...each }));
        const expected = await genuine(texts, env);
        assert.deepEqual(read(texts), expected);
        if (expected === undefined) refused += 1;
        else loaded += 1;
      }),
      { numRuns: 150 },
    );
    assert.ok(loaded > 50 && refused > 5, `${loaded} loaded, ${refused} refused`);
  });

  it("substitute 150 generated texts alike, and refuse the same ones", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^([$]?[{]?[A-Z_]{0,4}(:-|-|:[?]|[?])?[a-z ]{0,3}[}]?|TAG|[$]TAG|[$]{EMPTY:-x}){0,3}$/),
        async text => {
          const expected = await genuine(
            [stringify({ version: "3.8", services: { app: { image: `x${text}` } } })],
            env,
          );
          const image = (expected as Compose | undefined)?.services["app"]?.image;
          assert.equal(
            attempt(() => interpolate(`x${text}`, env)),
            image,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

const text = fc.constantFrom(
  "x:1",
  "x:${TAG}",
  "${NONE:-y}",
  "${TAG-z}",
  "${NONE:?no value}",
  "${EMPTY:-e}",
  "$$x",
  "x$",
  "${TAG:+w}",
);
const time = fc.constantFrom("1s", "1m30s", "500ms", "0s", "2h");
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const mount = fc.constantFrom<unknown>(
  "data:/d",
  "data:/d:ro",
  "/host:/h",
  "./here:/w",
  "/anonymous",
  { type: "volume", source: "more", target: "/d" },
  { type: "bind", source: "/host", target: "/h", read_only: true },
  { type: "tmpfs", target: "/t" },
);
const service = fc.record(
  {
    image: optional(text),
    healthcheck: optional(
      fc.record(
        {
          test: fc.constant(["CMD", "true"]),
          interval: time,
          timeout: time,
          start_period: time,
          retries: fc.nat(5),
          disable: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    ),
    stop_grace_period: optional(time),
    volumes: optional(fc.uniqueArray(mount, { maxLength: 3, selector: target })),
  },
  { requiredKeys: [] },
);
const objects = fc.dictionary(
  fc.constantFrom("one", "two"),
  fc.constantFrom<unknown>(
    { external: true },
    { external: true, name: "${STACK_NAME}_one" },
    { external: { name: "old" } },
    { file: "./x" },
  ),
);
const file = fc
  .record({
    app: service,
    db: optional(service),
    objects,
    volumes: fc.constantFrom({ data: {}, more: {} }, { data: null, more: null, spare: {} }),
  })
  .map(({ app, db, objects: named, volumes }) =>
    clean({ services: clean({ app: clean(app), db: db && clean(db) }), secrets: named, configs: {}, volumes }),
  );

function target(entry: unknown): string {
  if (typeof entry !== "string") return (entry as { target: string }).target;
  const parts = entry.split(":");
  return parts[1] ?? parts[0]!;
}

function clean<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

function read(texts: readonly string[]): unknown {
  return attempt(() => sorted(readCompose(texts, env)));
}

/** undefined if the reader refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.match((error as Error).name, /^(ComposeError|ZodError|YAMLParseError)$/);
    return undefined;
  }
}

function projection({ services = {}, secrets = {}, configs = {}, volumes = {} }: Loaded): unknown {
  const names = (section: Record<string, { name?: string }>) =>
    [...new Set(Object.values(section).flatMap(({ name }) => name ?? []))].toSorted();
  const optionalSeconds = (value?: string) => (value === undefined ? undefined : seconds(value));
  return {
    services: Object.fromEntries(
      Object.entries(services).map(([name, each]) => [
        name,
        {
          image: each.image,
          healthcheck: each.healthcheck && {
            interval: optionalSeconds(each.healthcheck.interval),
            timeout: optionalSeconds(each.healthcheck.timeout),
            startPeriod: optionalSeconds(each.healthcheck.start_period),
            retries: each.healthcheck.retries,
            disable: each.healthcheck.disable ?? false,
          },
          stopGracePeriod: optionalSeconds(each.stop_grace_period),
          mounts: byTarget(
            (each.volumes ?? []).map(({ type, source = "", target: at, read_only: readOnly = false }) => ({
              type,
              source,
              target: at,
              readOnly,
            })),
          ),
        },
      ]),
    ),
    secrets: names(secrets),
    configs: names(configs),
    volumes: Object.keys(volumes).toSorted(),
  };
}

/** Docker returns absolute paths and sorts by target. */
function sorted(compose: Compose): unknown {
  return {
    services: Object.fromEntries(
      Object.entries(compose.services).map(([name, each]) => [name, { ...each, mounts: byTarget(each.mounts) }]),
    ),
    secrets: compose.secrets.map(({ fullName }) => fullName).toSorted(),
    configs: compose.configs.toSorted(),
    volumes: compose.volumes.toSorted(),
  };
}

function byTarget(mounts: readonly Mount[]): Mount[] {
  return mounts
    .map(each => ({ ...each, source: each.type === "bind" ? each.source.replace(/^.*\//, "") : each.source }))
    .toSorted((a, b) => a.target.localeCompare(b.target));
}
