import assert from "node:assert/strict";
import { digestIn, missingPin, repositoryOf, splitReference } from "../../../providers/lib/docker/imageReference.ts";

const [one, two] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];

describe("a reference to an image", () => {
  it("is a name with its tag, and a digest after a deploy that asked the registry", () => {
    const name = "127.0.0.1:5000/hearth-lab/keycloak:26.4.0";
    assert.deepEqual(splitReference(`${name}@${one}`), { name, digest: one });
    assert.deepEqual(splitReference(name), { name, digest: undefined });
  });

  for (const [name, repository] of [
    ["127.0.0.1:5000/hearth-lab/keycloak:26.4.0", "127.0.0.1:5000/hearth-lab/keycloak"],
    ["127.0.0.1:5000/keycloak", "127.0.0.1:5000/keycloak"],
    ["keycloak/keycloak:26.4.0", "keycloak/keycloak"],
    ["mariadb", "mariadb"],
  ] as const)
    it(`is in the repository ${repository} if it is ${name}`, () => assert.equal(repositoryOf(name), repository));

  it("has the digest of its own repository, not of another one with the same image", () => {
    const digests = [`mirror.test/keycloak@${two}`, `keycloak/keycloak@${one}`];
    assert.equal(digestIn(digests, "keycloak/keycloak:26.4.0"), one);
    assert.equal(digestIn(digests, "other/keycloak:26.4.0"), undefined);
    assert.equal(digestIn([], "keycloak/keycloak:26.4.0"), undefined);
  });

  it("lacks a pin if its digest is missing or differs from the recorded one", () => {
    const image = { name: "a:1", digest: two };
    assert.equal(missingPin(`a:1@${one}`, image), "moved");
    assert.equal(missingPin(`a:1@${two}`, image), undefined);
    assert.equal(
      missingPin("a:1", image),
      "unresolved",
      "the registry didn't answer; a later start would ask it again",
    );
    assert.equal(missingPin(`a:1@${one}`, { name: "a:1" }), undefined, "no digest was recorded");
    assert.equal(missingPin(undefined, image), undefined, "the release has no such service");
    assert.equal(missingPin(`a:2@${one}`, image), undefined, "a changed .env names another image");
  });
});
