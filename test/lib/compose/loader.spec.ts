import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import {
  composeFiles,
  envFiles,
  loadFault,
  readCompose,
  type Compose,
} from "../../../providers/lib/compose/compose.ts";
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

const recipes = join(project, "test/lab/recipes");
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

  for (const recipe of readdirSync(recipes))
    it(`read the lab's recipe ${recipe} alike, with every overlay`, async () => {
      const path = join(recipes, recipe);
      const files = (await readdir(path, { recursive: true })).filter(name => /(^|\/)compose\..*yml$/.test(name));
      assert.ok(files.includes("compose.yml"));
      const overlays = files.filter(name => name !== "compose.yml").toSorted();
      const all = ["compose.yml", ...overlays];
      const texts = await Promise.all(all.map(name => readFile(join(path, name), "utf8")));
      const variables = { ...env, AUTHORITY_FILE: "/authority.pem", OIDC_ISSUER: "https://sso.test/realms/x" };
      const loaded = await ask<Loaded>("compose", JSON.stringify({ dir: path, files: all, env: variables }));
      assert.ok("answer" in loaded, JSON.stringify(loaded));
      assert.deepEqual(sorted(readCompose(texts, variables)), projection(loaded.answer));
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

  for (const [what, more, loads] of [
    ["an overlay without services", 'version: "3.8"\nsecrets: { key: { external: true } }', true],
    ["an overlay of volumes and networks alone", 'version: "3.8"\nvolumes: { more: }\nnetworks: { proxy: }', true],
    ["an overlay with a boolean variable", of("environment: { A: true }"), false],
    ["an overlay with a boolean in a list of variables", of("environment: [A, true]"), false],
    ["an overlay with a date as a variable", of("environment: { A: 2026-01-01 }"), false],
    ["an overlay with numbers and nothing as variables", of("environment: { A: 1.5, B: , C: text }"), true],
    ["an overlay with a boolean from a variable", of('environment: { A: "${NONE:-true}" }'), true],
    ["an overlay with an empty environment", of("environment:"), false],
    ["a version that is a number", "version: 3.8\nservices: { app: { image: x } }", false],
    ["a version of another format", 'version: "2.4"\nservices: { app: { image: x } }', false],
    ["a stop_grace_period that is a number", of("stop_grace_period: 120"), false],
    ["a stop_grace_period without a unit", of('stop_grace_period: "120"'), false],
    ["a stop_grace_period of zero", of('stop_grace_period: "0"'), true],
    ["an interval that is a number", of("healthcheck: { interval: 5 }"), false],
    ["an unknown section", 'version: "3.8"\nname: web', false],
    ["a section for people", 'version: "3.8"\nx-note: { any: thing }', true],
    ["a section for people in capitals", 'version: "3.8"\nX-note: { any: thing }', false],
    ["a service without content", 'version: "3.8"\nservices: { db: }', false],
    ["a section without content", 'version: "3.8"\nservices:', false],
    ["a secret without content", 'version: "3.8"\nsecrets: { key: }', false],
    ["a volume that is a text", 'version: "3.8"\nvolumes: { data: here }', false],
    ["a mount without a source", of('volumes: ["${NONE}:/x:ro"]'), false],
    ["a mount without a target", of('volumes: ["data:"]'), false],
    ["a mount without a mode", of('volumes: ["data:/x:"]'), false],
    ["an empty file", "", false],
  ] as const)
    it(`${loads ? "read" : "refuse"} ${what}`, async () => {
      const texts = [of("image: web"), more];
      const expected = await genuine(texts, env);
      assert.equal(expected !== undefined, loads);
      assert.deepEqual(read(texts), expected);
      const fault = loadFault({ "compose.yml": texts[0]!, "compose.more.yml": more }, env);
      if (loads) assert.equal(fault, undefined);
      else assert.match(fault ?? "", /^compose\.more\.yml: .+/);
    });

  it("read an overlay in a subfolder alike: its relative paths begin at the first file's folder", async () => {
    const overlay = `
services:
  app:
    env_file: ./settings.env
    volumes: ["./here:/w", { type: bind, source: ./there, target: /t, read_only: true }]
    healthcheck: { interval: 3s }
configs: { entry: { name: "\${STACK_NAME}_entry_v1", file: ./entry.sh } }
`;
    const files = { "compose.yml": 'services: { app: { image: "web:${TAG}" } }', "overlays/compose.x.yml": overlay };
    await mkdir(join(folder, "overlays"), { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await writeFile(join(folder, "settings.env"), "A=1\n");
    const names = composeFiles({ COMPOSE_FILE: "compose.yml:overlays/compose.x.yml" });
    assert.deepEqual(names, Object.keys(files));
    const loaded = await ask<Loaded>("compose", JSON.stringify({ dir: folder, files: names, env }));
    assert.ok("answer" in loaded, JSON.stringify(loaded));
    const found = readCompose(Object.values(files), env);
    assert.deepEqual(sorted(found), projection(loaded.answer));
    const genuineMounts = loaded.answer.services!["app"]!.volumes!.map(({ source }) => source);
    assert.deepEqual(
      found.services["app"]!.mounts.map(({ source }) => join(folder, source)),
      genuineMounts,
    );
    assert.deepEqual(envFiles(found, "compose.yml"), ["settings.env"]);
    assert.deepEqual(envFiles(found, "deploy/compose.yml"), ["deploy/settings.env"]);
  });

  it("read a version without its minor and none as the same", async () => {
    const texts = ['version: "3"\nservices: { app: { image: web } }', "secrets: { key: { external: true } }"];
    const expected = await genuine(texts, env);
    assert.ok(expected);
    assert.deepEqual(read(texts), expected);
  });

  it("read 150 generated pairs of a file and an overlay alike, and refuse the same ones", async () => {
    let [loaded, refused] = [0, 0];
    const alike = fc.asyncProperty(file, overlay, fc.boolean(), async (base, over, single) => {
      const texts = (single ? [base] : [base, over]).map(each => stringify(each));
      const expected = await genuine(texts, env);
      assert.deepEqual(read(texts), expected);
      if (expected === undefined) refused += 1;
      else loaded += 1;
    });
    const isEnough = () => loaded > 50 && refused > 5;
    // How many of 150 load is up to chance: 35 were seen.
    for (let rounds = 0; rounds < 3 && !isEnough(); rounds++) await fc.assert(alike, { numRuns: 150 });
    assert.ok(isEnough(), `${loaded} loaded, ${refused} refused`);
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
/** `value`, or rarely one that docker refuses. */
const mostly = <T>(value: fc.Arbitrary<T>, ...refused: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: value }, fc.constantFrom(...refused));
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
    stop_grace_period: optional(mostly(time, 120, "120")),
    environment: optional(
      fc.oneof(
        fc.dictionary(fc.constantFrom("A", "B"), mostly(fc.constantFrom("x", "${TAG}", 1, null), true)),
        fc.uniqueArray(fc.constantFrom("A=1", "B"), { maxLength: 2 }),
      ),
    ),
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
    version: mostly(fc.constant("3.8"), 3.8),
    extra: mostly(fc.constantFrom({}, { "x-note": 1 }), { name: "web" }),
  })
  .map(({ app, db, objects: named, volumes, version, extra }) => {
    const services = clean({ app: clean(app), db: db && clean(db) });
    return clean({ version, ...(extra as object), services, secrets: named, configs: {}, volumes });
  });
/** Most overlays; some have no services. */
const overlay = fc.tuple(file, fc.nat(3)).map(([each, kind]) => {
  const { services: _, ...rest } = each;
  return kind === 0 ? rest : each;
});

/** A compose file whose service `app` has these `keys`. */
function of(keys: string): string {
  return `version: "3.8"\nservices:\n  app:\n    ${keys}\n`;
}

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
    assert.match((error as Error).name, /^(ComposeError|YAMLParseError)$/);
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
