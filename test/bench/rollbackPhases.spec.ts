import assert from "node:assert/strict";
import { undone } from "./rollbackPhases.ts";

const [from, to] = ["10.8.0+26.5.0", "10.8.1+26.5.0"];
const said = [
  "keycloak: stopped in 4.0 s",
  `keycloak: deploying ${to}`,
  `keycloak: deploy: network "nowhere" could not be found; going back to ${from}`,
  "keycloak: restored 3.4 MB → 187 MB in 0.6 s",
  `keycloak: deploying ${from}`,
  `keycloak: healthy at ${from} after 26.0 s`,
];
const lines = said.map((text, index) => ({
  at: index * index * 1_000,
  text: `    pulumi:pulumi:Stack hearth-warm running ${text}`,
}));

describe("the phases of a rollback in hearth's lines", () => {
  it("begin at the first occurrence of their lines", () => {
    const again = said.map(text => ({ at: 99_000, text }));
    assert.deepEqual(undone("keycloak", to, from, [...lines, ...again]), {
      verdict: 3_000,
      restore: 12_000,
      start: 9_000,
      "in all": 24_000,
    });
  });

  it("are an error if a line is missing", () =>
    assert.throws(
      () => undone("keycloak", to, from, lines.slice(0, -1)),
      /never printed "keycloak: healthy at 10\.8\.0/,
    ));
});
