import assert from "node:assert/strict";
import { readCompose } from "../../../providers/lib/compose/compose.ts";

const env = { STACK_NAME: "web_test", SECRET_CERT_VERSION: "v2", NONE: "" };
const secrets = (section: string, more: Record<string, string> = {}) =>
  readCompose([`services: { app: { image: a } }\nsecrets:\n${section}`], { ...env, ...more }).secrets;
const external = (name: string) => secrets(`  key: { external: true, name: "${name}" }`)[0];

describe("a secret in a compose file", () => {
  it("has the name between the stack's and its version's variable, whatever that is called", () => {
    assert.deepEqual(external("${STACK_NAME}_ssl_cert_${SECRET_CERT_VERSION}"), {
      fullName: "web_test_ssl_cert_v2",
      name: "ssl_cert",
      version: "v2",
      versionKey: "SECRET_CERT_VERSION",
    });
  });

  it("may share the variable with another one", () => {
    const found = secrets(
      ["cert", "key"]
        .map(name => `  ${name}: { external: true, name: "\${STACK_NAME}_ssl_${name}_\${SECRET_CERT_VERSION}" }`)
        .join("\n"),
    );
    assert.deepEqual(
      found.map(({ name, versionKey }) => [name, versionKey]),
      [
        ["ssl_cert", "SECRET_CERT_VERSION"],
        ["ssl_key", "SECRET_CERT_VERSION"],
      ],
    );
  });

  for (const [template, fullName, name, version, versionKey] of [
    ["${STACK_NAME}_pass_${NONE:-v1}", "web_test_pass_v1", "pass", "v1", "NONE"],
    ["${STACK_NAME}_pass_${UNSET-v_1}", "web_test_pass_v_1", "pass", "v_1", "UNSET"],
    ["${STACK_NAME}_pass_$SECRET_CERT_VERSION", "web_test_pass_v2", "pass", "v2", "SECRET_CERT_VERSION"],
    ["${STACK_NAME}_pass_v${N:-7}", "web_test_pass_v7", "pass", "v7", "N"],
    ["${STACK_NAME:?unset}_pass_${NONE}", "web_test_pass_", "pass", "", "NONE"],
    ["${STACK_NAME}_pass_v1", "web_test_pass_v1", "pass", "v1", undefined],
  ] as const)
    it(`is split for the template ${template}`, () => {
      const key = versionKey === undefined ? {} : { versionKey };
      assert.deepEqual(external(template), { fullName, name, version, ...key });
    });

  it("belongs to no stack if its name is fixed, and abra can't create it", () => {
    const outside = (fullName: string) => ({ fullName, name: undefined, version: "" });
    assert.deepEqual(external("shared_tls_key"), outside("shared_tls_key"));
    assert.deepEqual(external("${STACK_NAME}_pass"), outside("web_test_pass"));
    assert.deepEqual(secrets("  tls_key: { external: true }"), [outside("tls_key")]);
    assert.deepEqual(secrets("  key: { external: { name: old_form } }"), [outside("old_form")]);
  });

  it("isn't required if the deploy creates it from a file", () => {
    assert.deepEqual(secrets("  key: { file: ./x }\n  other: { name: named, file: ./x }"), []);
  });

  it("has the name of the last file that defines it", () => {
    const file = (name: string) =>
      `services: { app: { image: a } }\nsecrets: { key: { external: true, name: "\${STACK_NAME}_${name}_\${NONE:-v1}" } }`;
    const found = readCompose([file("one"), file("two")], env).secrets;
    assert.deepEqual(
      found.map(({ name }) => name),
      ["two"],
    );
  });
});
