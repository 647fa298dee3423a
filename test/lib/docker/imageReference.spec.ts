import assert from "node:assert/strict";
import { digestIn, pinsOther, repositoryOf, splitReference } from "../../../providers/lib/docker/imageReference.ts";

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

  it("pins another image only if both digests are known and differ", () => {
    assert.equal(pinsOther(`a:1@${one}`, two), true);
    assert.equal(pinsOther(`a:1@${one}`, one), false);
    assert.equal(pinsOther("a:1", one), false, "the registry didn't answer: the local tag is the right one");
    assert.equal(pinsOther(`a:1@${one}`, undefined), false);
    assert.equal(pinsOther(undefined, one), false, "the release has no such service");
  });
});
