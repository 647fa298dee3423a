import assert from "node:assert/strict";
import {
  abraShVariables,
  composeFiles,
  envFiles,
  healthSeconds,
  imageReferences,
  lacksHealthcheck,
  loadFault,
  readCompose,
} from "../../../providers/lib/compose/compose.ts";
import { interpolate } from "../../../providers/lib/compose/interpolate.ts";
import { namesTooLong, readComposeFiles } from "../../../providers/lib/compose/recipe.ts";

const service = (yaml: string) => readCompose([`services: { app: ${yaml} }`], {}).services["app"]!;
const fault = (yaml: string, env = {}) => loadFault({ x: yaml }, env)?.replace(/^x: /, "");
const ofService = (yaml: string) => fault(`services: { app: ${yaml} }`);

describe("a compose file is refused", () => {
  for (const [yaml, message] of [
    ["[]", "expected a mapping"],
    ["text", "expected a mapping"],
    ["", "expected a mapping"],
    ['version: "2"', "version: expected 3 or 3.x"],
    ['version: "3.8.1"', "version: expected 3 or 3.x"],
    ['version: "13.8"', "version: expected 3 or 3.x"],
    ['version: "3."', "version: expected 3 or 3.x"],
    ["volumes: { data: x }", "volumes.data: expected a mapping or nothing"],
    ["networks: { proxy: [] }", "networks.proxy: expected a mapping or nothing"],
    ["secrets: { a: { name: 1 } }", "secrets.a.name: expected a string"],
    ["configs: { a: { file: [x] } }", "configs.a.file: expected a string"],
    ["volume: {}", "volume: no such section; expected x-volume"],
    ["xx-a: {}", "xx-a: no such section; expected x-xx-a"],
  ] as const)
    it(`for ${JSON.stringify(yaml)}`, () => assert.equal(fault(yaml), message));

  for (const duration of ["1", "1 m", "m", "1x", "1m 30s", "", "1..5s", ".s", "1m30", "+", "s1"])
    it(`for the duration ${JSON.stringify(duration)}`, () => {
      const message = "expected a duration such as 1m30s";
      assert.equal(ofService(`{ stop_grace_period: "${duration}" }`), `services.app.stop_grace_period: ${message}`);
      for (const key of ["interval", "timeout", "start_period"])
        assert.equal(
          ofService(`{ healthcheck: { ${key}: "${duration}" } }`),
          `services.app.healthcheck.${key}: ${message}`,
        );
    });

  for (const yaml of ["{ retries: x }", "{ retries: 1.5 }", "{ disable: 1 }", "[]"])
    it(`for the healthcheck ${yaml}`, () =>
      assert.match(ofService(`{ healthcheck: ${yaml} }`)!, /^services\.app\.health/));

  for (const volume of ["a:b:c:d", "a::b", ":b", "a:", ""])
    it(`for the volume ${JSON.stringify(volume)}`, () =>
      assert.match(ofService(`{ volumes: ["${volume}"] }`)!, /volumes: expected source:target:mode, got/));

  it("for files with two versions, not for one that leaves it out of both", () => {
    const files = (one: string, two: string) => ({
      "a.yml": `${one}services: { a: { image: b } }`,
      "b.yml": `${two}x-a: 1`,
    });
    assert.equal(
      loadFault(files('version: "3.8"\n', 'version: "3.7"\n'), {}),
      "b.yml: expected one version in all files, got 3.8 and 3.7",
    );
    assert.equal(loadFault(files('version: "3.8"\n', 'version: "3.8"\n'), {}), undefined);
    assert.equal(loadFault(files('version: "3"\n', ""), {}), undefined, "both are docker's newest");
    assert.equal(loadFault(files('version: ""\n', 'version: "3"\n'), {}), undefined);
    assert.match(loadFault(files('version: "3.8"\n', ""), {})!, /got 3\.8 and newest$/);
  });
});

describe("a compose file is read", () => {
  for (const [text, seconds] of [
    ["90s", 90],
    ["1m30s", 90],
    ["1.5m", 90],
    [".5m", 30],
    ["1h", 3600],
    ["100ms", 0.1],
    ["0", 0],
    ["+90s", 90],
  ] as const)
    it(`with the duration ${text}`, () =>
      assert.equal(service(`{ stop_grace_period: "${text}" }`).stopGracePeriod, seconds));

  it("with mounts in each form, of which a path is one that begins like a path", () => {
    const mounts = service(
      `{ volumes: ["data:/a", "./b:/b", "~/c:/c", "/d:/d:ro", "data:/e:rw,ro", "/f", "data:/g:row", "a.b:/h",
         { type: bind, source: /i, target: /i, read_only: true }, { source: data, target: /j }, { target: /k, read_only: "yes" }] }`,
    ).mounts.map(({ type, source, target, readOnly }) => `${type} ${source} ${target}${readOnly ? " ro" : ""}`);
    assert.deepEqual(mounts, [
      "volume data /a",
      "bind ./b /b",
      "bind ~/c /c",
      "bind /d /d ro",
      "volume data /e ro",
      "volume  /f",
      "volume data /g",
      "volume a.b /h",
      "bind /i /i ro",
      "volume data /j",
      "volume  /k ro",
    ]);
  });

  it("with a healthcheck that is switched off in every spelling, and in no other", () => {
    for (const value of ["true", "yes", "'yes'", "'y'", "'on'", "'TRUE'"])
      assert.equal(service(`{ healthcheck: { disable: ${value} } }`).healthcheck?.disable, true, value);
    for (const value of ["false", "'no'", "'off'", "'yess'", "'xon'", "''"])
      assert.equal(service(`{ healthcheck: { disable: ${value} } }`).healthcheck?.disable, false, value);
  });

  it("with merged keys, x- sections left out, and variables only where docker substitutes them", () => {
    const text =
      "x-a: &a { image: 'b:$TAG' }\nx-b: '$'\nservices: { app: { <<: *a, healthcheck: { disable: true } } }\n" +
      "volumes: { data: }\nnetworks: { proxy: { external: true } }";
    const compose = readCompose([text], { TAG: "1" });
    assert.deepEqual(imageReferences(compose), ["b:1"]);
    assert.deepEqual(compose.volumes, ["data"]);
  });

  it("with the version of a secret from a variable of one letter, in both forms and any case", () => {
    for (const variable of ["$N", "${N}", "${N:-v9}", "$_", "$n"]) {
      const text = `secrets: { a: { external: true, name: "\${STACK_NAME}_pass_${variable}" } }`;
      const [found] = readCompose([text], { STACK_NAME: "a_test", N: "v3", _: "v3", n: "v3" }).secrets;
      const versionKey = /[nN_]/.exec(variable)![0];
      assert.deepEqual(found, { fullName: "a_test_pass_v3", name: "pass", version: "v3", versionKey }, variable);
    }
  });

  it("with names on the swarm: the name, external's name, the key of an external one; none for what a deploy makes", () => {
    const text =
      "secrets: { a: { external: true }, b: { external: { name: bb } }, c: { name: cc }, d: { name: dd, file: x }, e: {} }\n" +
      "configs: { f: { external: true }, g: { file: x }, h: { name: hh, file: x }, i: { name: hh } }";
    const compose = readCompose([text], {});
    assert.deepEqual(
      compose.secrets.map(({ fullName }) => fullName),
      ["a", "bb", "cc"],
    );
    assert.deepEqual(compose.configs, ["f", "hh"]);
  });
});

describe("overlays", () => {
  const over = (base: string, overlay: string) =>
    readCompose([`services: { app: ${base} }`, `services: { app: ${overlay} }`], {}).services["app"]!;

  it("change a key, and leave the others", () => {
    const base =
      "{ image: a, stop_grace_period: 1m, healthcheck: { interval: 1s, timeout: 2s, start_period: 3s, retries: 4 } }";
    const expected = { interval: 1, timeout: 2, startPeriod: 3, retries: 4, disable: false };
    for (const [overlay, change] of [
      ["{ interval: 9s }", { interval: 9 }],
      ["{ timeout: 9s }", { timeout: 9 }],
      ["{ start_period: 9s }", { startPeriod: 9 }],
      ["{ retries: 9 }", { retries: 9 }],
      ["{ retries: 0 }", { retries: 0 }],
      ["{ interval: 0s, timeout: 0s, start_period: 0s }", {}],
      ["{ disable: true }", { disable: true }],
    ] as const)
      assert.deepEqual(over(base, `{ healthcheck: ${overlay} }`).healthcheck, { ...expected, ...change }, overlay);
    assert.deepEqual(over(base, "{ image: '', stop_grace_period: 0s }").image, "a");
    assert.equal(over(base, "{ stop_grace_period: 0s }").stopGracePeriod, 60);
    assert.equal(over("{ image: a }", "{ stop_grace_period: 0s }").stopGracePeriod, 0);
    assert.equal(
      over("{ image: a, healthcheck: { disable: true } }", "{ healthcheck: {} }").healthcheck?.disable,
      true,
    );
    assert.deepEqual(over(base, "{ image: b }").image, "b");
  });

  it("replace the mount at a target, and add others", () => {
    const { mounts } = over('{ volumes: ["data:/a", "data:/b"] }', '{ volumes: ["other:/a:ro", "more:/c"] }');
    assert.deepEqual(
      mounts.map(({ source, target, readOnly }) => [source, target, readOnly]),
      [
        ["other", "/a", true],
        ["data", "/b", false],
        ["more", "/c", false],
      ],
    );
  });
});

describe("the time until healthy", () => {
  const seconds = (...checks: string[]) =>
    healthSeconds(readCompose([`services: { ${checks.map((check, at) => `s${at}: { ${check} }`).join(", ")} }`], {}));
  it("is the longest of all services, with Docker's defaults for what is left out or zero", () => {
    assert.equal(seconds("image: a"), 0);
    assert.equal(seconds("healthcheck: { disable: true, start_period: 9m }"), 0);
    assert.equal(seconds("healthcheck: { interval: 1s }"), (1 + 30) * 3);
    assert.equal(seconds("healthcheck: { timeout: 1s }"), (30 + 1) * 3);
    assert.equal(seconds("healthcheck: { retries: 1 }"), 60);
    assert.equal(seconds("healthcheck: { interval: 0s, timeout: 0s, retries: 0, start_period: 5s }"), 5 + 180);
    assert.equal(seconds("healthcheck: { interval: 1s, timeout: 1s, retries: 1 }", "healthcheck: {}"), 180);
  });

  it("is unknown where one service has no healthcheck or none that runs", () => {
    const lacks = (text: string) => lacksHealthcheck(readCompose([`services: { ${text} }`], {}));
    assert.equal(lacks("a: { healthcheck: {} }, b: { healthcheck: {} }"), false);
    assert.equal(lacks("a: { healthcheck: {} }, b: { image: x }"), true);
    assert.equal(lacks("a: { healthcheck: {} }, b: { healthcheck: { disable: true } }"), true);
  });
});

describe("files of a recipe", () => {
  it("that COMPOSE_FILE lists, without empty entries", () => {
    assert.deepEqual(composeFiles({ COMPOSE_FILE: "" }), ["compose.yml"]);
    assert.deepEqual(composeFiles({ COMPOSE_FILE: ":" }), ["compose.yml"]);
    assert.deepEqual(composeFiles({ COMPOSE_FILE: ":a.yml::b.yml:" }), ["a.yml", "b.yml"]);
  });

  it("must lie in it, and be there", async () => {
    const read = (files: string) =>
      readComposeFiles(async name => (name === "a.yml" ? "x" : undefined), "web", { COMPOSE_FILE: files });
    assert.deepEqual(await read("a.yml"), { "a.yml": "x" });
    for (const file of ["/a.yml", "../a.yml", "x/../../a.yml"])
      await assert.rejects(read(`a.yml:${file}`), {
        name: "RecipeError",
        message: `web: COMPOSE_FILE lists ${file}: expected a file of the recipe`,
      });
    await assert.rejects(read("a.yml:b.yml"), { message: "web: b.yml not found: COMPOSE_FILE lists it" });
  });

  it("with variables, found from the folder of the first compose file, and only within the recipe", () => {
    const compose = readCompose(
      ["services: { a: { env_file: .env }, b: { env_file: [x/y.env, /etc/z, .env, ../../up.env] }, c: { image: d } }"],
      {},
    );
    assert.deepEqual(envFiles(compose, "compose.yml"), [".env", "x/y.env"]);
    assert.deepEqual(envFiles(compose, "deploy/compose.yml"), ["deploy/.env", "deploy/x/y.env"]);
  });

  it("with versions of configs: export lines alone, without quotes and comments", () => {
    assert.deepEqual(
      abraShVariables(
        "export A=v1\n  export  B='v2'\n\texport C=\"v3\"#x\nexport D=\nexport E=a#b\nD2=v4\nxexport F=v5\n" +
          "echo export G=v6\nexport 1H=v7\nexport I-J=v8\nexport _k2=v9 # why\n",
      ),
      { A: "v1", B: "v2", C: "v3", D: "", E: "a", _k2: "v9" },
    );
  });

  it("whose names are longer than Swarm allows are named, to the character", () => {
    const compose = (length: number) =>
      readCompose(
        [`secrets: { a: { name: ${"s".repeat(length)} } }\nconfigs: { b: { name: ${"c".repeat(length)} } }`],
        {},
      );
    assert.deepEqual(namesTooLong(compose(64)), []);
    assert.deepEqual(namesTooLong(compose(65)), [
      `secret ${"s".repeat(65)} has 65 characters; Swarm allows 64`,
      `config ${"c".repeat(65)} has 65 characters; Swarm allows 64`,
    ]);
  });
});

describe("a variable in a compose file", () => {
  for (const [text, expected] of [
    ["${E:-d}", "d"],
    ["${E-d}", ""],
    ["${N:-d}", "d"],
    ["${N-d}", "d"],
    ["${A:-d}", "a"],
    ["${N:-}", ""],
    ["${N:-a-b:-c}", "a-b:-c"],
    ["${A:?m}", "a"],
    ["${E?m}", ""],
    ["$A$A_$N.", "a."],
    ["$N-d.$A", "d.$A"],
    ["$$A $$$A", "$A $a"],
    ["${a}", "lower"],
    ["$A.b", "a.b"],
    ["${toString}", ""],
    ["$A:-d", "a"],
  ] as const)
    it(`${text} becomes ${JSON.stringify(expected)}`, () =>
      assert.equal(interpolate(text, { A: "a", E: "", a: "lower", "": "never" }), expected));

  for (const [text, message] of [
    ["${E:?none}", "required variable E has no value: none"],
    ["${N:?none}", "required variable N has no value: none"],
    ["${N?none}", "required variable N has no value: none"],
    ["$", 'expected a variable after $ in "$"'],
    ["a $ b", 'expected a variable after $ in "a $ b"'],
    ["${", 'expected a variable after $ in "${"'],
    ["${1A}", 'expected a variable after $ in "${1A}"'],
    ["${A:+x}", 'expected a variable after $ in "${A:+x}"'],
    ["${A+x}", 'expected a variable after $ in "${A+x}"'],
  ] as const)
    it(`${text} is refused`, () => {
      assert.throws(() => interpolate(text, { A: "a", E: "" }), { name: "ComposeError", message });
    });
});
