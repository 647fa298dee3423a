import assert from "node:assert/strict";
import {
  abraShVariables,
  composeFiles,
  healthSeconds,
  loadFault,
  readCompose,
} from "../../../providers/lib/compose/compose.ts";
import { interpolate } from "../../../providers/lib/compose/interpolate.ts";

const yaml = `
services:
  app:
    image: a
    healthcheck: { test: [x], interval: 2s, timeout: 5s, retries: 10, start_period: 1m }
  db:
    image: b
volumes: { data: }
configs:
  entry: { name: "\${STACK_NAME}_entry_\${ENTRY_VERSION}", file: x }
secrets:
  pass: { external: true, name: "\${STACK_NAME}_pass_\${SECRET_PASS_VERSION}" }
`;

describe("a recipe's compose files", () => {
  it("give the names on the swarm", () => {
    const compose = readCompose([yaml], { STACK_NAME: "a_test", ENTRY_VERSION: "v2", SECRET_PASS_VERSION: "v1" });
    assert.deepEqual(
      compose.secrets.map(({ fullName }) => fullName),
      ["a_test_pass_v1"],
    );
    assert.deepEqual(compose.configs, ["a_test_entry_v2"]);
    assert.deepEqual(compose.volumes, ["data"]);
  });

  it("are merged, later ones over earlier ones", () => {
    const more =
      "services: { app: { healthcheck: { interval: 1s, retries: 1, timeout: 1s } } }\nsecrets: { key: { name: key_v1 } }";
    const compose = readCompose([yaml, more], { STACK_NAME: "s", SECRET_PASS_VERSION: "v1" });
    assert.deepEqual(
      compose.secrets.map(({ fullName }) => fullName),
      ["s_pass_v1", "key_v1"],
    );
    assert.equal(compose.services["app"]?.image, "a");
    assert.equal(healthSeconds(compose), 60 + 2, "start_period of the first file stays");
  });

  it("F11: limit the time until healthy: start_period and every retry of the slowest service", () => {
    assert.equal(healthSeconds(readCompose([yaml], {})), 60 + 7 * 10);
  });

  it("use Docker's defaults for what a healthcheck omits", () => {
    assert.equal(healthSeconds(readCompose(["services: { app: { healthcheck: { test: [x] } } }"], {})), 180);
  });

  it("are rejected if they don't load", () => {
    assert.throws(() => readCompose(["services: { app: { image: [1] } }"], {}), {
      name: "ComposeError",
      message: "services.app.image: expected a string",
    });
    assert.throws(() => readCompose(["a: ["], {}), /YAML|flow/i);
  });

  it("don't load without a service in any of them, and the message names the file at fault", () => {
    const files = (overlay: string) => ({ "compose.yml": "services: { app: { image: a } }", "over/x.yml": overlay });
    assert.equal(loadFault(files("secrets: { key: { external: true } }"), {}), undefined);
    assert.equal(loadFault({ "compose.yml": "volumes: { data: }" }, {}), "expected services");
    assert.equal(
      loadFault(files("services: { app: { environment: { A: yes, B: true } } }"), {}),
      "over/x.yml: services.app.environment.B: expected a string or a number",
    );
    assert.equal(loadFault(files("version: 3.8"), {}), 'over/x.yml: version: expected a string such as "3.8"');
    assert.equal(loadFault(files("service: {}"), {}), "over/x.yml: service: no such section; expected x-service");
    assert.equal(
      loadFault(files("services: { app: { stop_grace_period: 120 } }"), {}),
      "over/x.yml: services.app.stop_grace_period: expected a duration such as 1m30s",
    );
    assert.match(loadFault(files("a: ["), {}) ?? "", /^over\/x\.yml: Flow sequence/);
    assert.equal(
      loadFault(files('services: { app: { image: "${TAG:?no tag}" } }'), {}),
      "over/x.yml: required variable TAG has no value: no tag",
    );
  });

  it("are those listed in COMPOSE_FILE", () => {
    assert.deepEqual(composeFiles({}), ["compose.yml"]);
    assert.deepEqual(composeFiles({ COMPOSE_FILE: "compose.yml:deploy/compose.smtp.yml" }), [
      "compose.yml",
      "deploy/compose.smtp.yml",
    ]);
    assert.deepEqual(composeFiles({ COMPOSE_FILE: "compose.yml:compose.wildcard.yml" }), [
      "compose.yml",
      "compose.wildcard.yml",
    ]);
  });

  it("have variables substituted as compose does", () => {
    assert.equal(interpolate("$A ${A} ${B:-b} ${E:-e} ${E-e} $$A ${NONE}", { A: "a", E: "" }), "a a b e  $A ");
  });

  it("get config versions from abra.sh without running it", () => {
    assert.deepEqual(abraShVariables('export A_VERSION=v1\n# export B=v2\nexport C_VERSION="v3"\nrm -rf /\n'), {
      A_VERSION: "v1",
      C_VERSION: "v3",
    });
  });
});
