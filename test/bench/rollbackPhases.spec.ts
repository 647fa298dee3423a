import assert from "node:assert/strict";
import { rollbackPhases } from "./rollbackPhases.ts";

const [from, to] = ["10.8.0+26.5.0", "10.8.1+26.5.0"];
const messages = [
  "keycloak: stopped in 4.0 s",
  `keycloak: deploying ${to}`,
  `keycloak: deploy: network "nowhere" could not be found; rolling back to ${from}`,
  "keycloak: restored 3.4 MB → 187 MB in 0.6 s",
  `keycloak: deploying ${from}`,
  `keycloak: healthy at ${from} after 26.0 s`,
];
const lines = messages.map((text, index) => ({
  at: index * index * 1_000,
  text: `    pulumi:pulumi:Stack hearth-warm running ${text}`,
}));

describe("rollbackPhases", () => {
  it("splits the progress lines at the first occurrence of each mark", () => {
    const again = messages.map(text => ({ at: 99_000, text }));
    assert.deepEqual(rollbackPhases("keycloak", to, from, [...lines, ...again]), {
      verdict: 3_000,
      restore: 12_000,
      start: 9_000,
      total: 24_000,
    });
  });

  it("throws if a line is missing", () =>
    assert.throws(
      () => rollbackPhases("keycloak", to, from, lines.slice(0, -1)),
      /no line with "keycloak: healthy at 10\.8\.0/,
    ));
});
