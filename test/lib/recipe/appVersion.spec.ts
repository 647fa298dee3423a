import assert from "node:assert/strict";
import { isCommit, prereleaseSign } from "../../../providers/lib/recipe/appVersion.ts";
import { compareVersions, parseVersion } from "../../../providers/lib/recipe/version.ts";

const prereleases = `
2.1.0-M2 2.1.0-m1 2.1.0-CR1 2.1.0-canary.1 2.1.0-edge 2.1.0-unstable 2.1.0-next.3 2.1.0-ea1 2.1.0-test1 2.1a1 2.1b3
2.1.0-prerelease 2.1.0-experimental 2.1.0-nightly 2.1.0-snapshot 2.1.0-SNAPSHOT 2.1.0-rc1 2.1.0-rc.1 2.1.0rc1 2.1-rc-10
2.1.0_beta 2.1.0-beta2-alpine v3-alpha dev-2.1 nightly-20250422 26.5.0-pre1 26.5.0-preview.2 2.1.0-dev edge main develop
2.1.0-alpine-rc1 3.0.0-EAP2 2.1.0-milestone3 2.1.0-insiders`;
const unknown: readonly (readonly [app: string, token: string])[] = [
  ["2.1.0-foo", "foo"],
  ["2.1.0-alpine-foo2", "foo2"],
  ["2.1.0-wip", "wip"],
  ["1.1.1w", "1w"],
  ["2.1.0-p", "p"],
  ["2.1.0-r", "r"],
  ["2.1.0-3f2a1bc", "3f2a1bc"],
  ["2.1.0-5-g3f2a1bc", "g3f2a1bc"],
  [`2.1.0-${"y".repeat(90)}`, "y".repeat(90)],
];
const releases = `
26.4.0 v26.4.0 6 6-alpine 6-alpine3.20 9.6-p1 9.6p1 1.6.870-2 v1.6.870-0 2.1.0-arc 2.1.0-debian-12-r5 2.1.0-slim-bookworm
2.1-bullseye 2.1-buster 22.04-ubuntu 8.3-fpm 8.3-fpm-alpine 8.3-apache 4.0.15-ls45 4.0.15.1234-ls201 2.1.0-r3 1.0.post2
1.0-post1 16.1.0-ce.0 16.1.0-ee 2.1-lts lts stable latest 2.1-stable 2.1-arm64 2.1-arm64v8 2.1-amd64 2.1-x86_64 2.1-s390x
RELEASE.2025-04-22T22-12-26Z 2025-04-22 20250422 20250422T221226Z 8u412 21-jre 21-jdk-jammy php8.3-fpm 2.1-nginx 2.1-rootless
version-2.1 release-2.1.0 mariadb-10.11 2.1.0-build7 2.1.0-hotfix1 2.1.0.Final 12-deb12u1 16-3.4-postgis 2.1-community`;
const commits = `9f3c2ab 3F2A1BC sha-3f2a1bc git-9abc123 g3f2a1bc commit-9abc123 main-3f2a1bc sha256.0a1b2c3d deadbeef
0123456789abcdef0123456789abcdef01234567 1234567a`;
const numbers = "20250422 1234567 v20250422 26.4.0 123456 abcdef 2.1.0-3f2a1bc stable 6-alpine";

const words = (text: string) => text.trim().split(/\s+/);

describe("the app's part of a version", () => {
  for (const app of words(prereleases))
    it(`F25: ${app} is a pre-release`, () => assert.deepEqual(prereleaseSign(app), { isKnown: true }));

  for (const [app, token] of unknown)
    it(`F25: ${app.slice(0, 40)} may be a pre-release: ${token.slice(0, 20)} is no known variant of an image`, () =>
      assert.deepEqual(prereleaseSign(app), { isKnown: false, token }));

  it("F25: 5.81-drupal-php8.2 is a release if drupal is a word of the version that runs", () => {
    assert.deepEqual(prereleaseSign("5.81-drupal-php8.2"), { isKnown: false, token: "drupal" });
    assert.equal(prereleaseSign("5.81-drupal-php8.2", "5.80-drupal-php8.2"), undefined);
    assert.deepEqual(prereleaseSign("5.81-drupal-wip", "5.80-drupal"), { isKnown: false, token: "wip" });
    assert.deepEqual(prereleaseSign("5.81-rc1", "5.80-rc1"), { isKnown: true }, "a known word stays one");
    assert.deepEqual(
      prereleaseSign("5.81-foo2", "5.80-foo2"),
      { isKnown: false, token: "foo2" },
      "it may be a counter",
    );
  });

  for (const app of words(releases)) it(`F25: ${app} is a release`, () => assert.equal(prereleaseSign(app), undefined));

  for (const app of words(commits))
    it(`F25: ${app} is a commit, which has no order`, () => {
      assert.equal(isCommit(app), true);
      assert.equal(parseVersion(`1.0.0+${app}`)?.appVersion, undefined);
      assert.equal(compareVersions(parseVersion(`1.0.0+${app}`)!, parseVersion("1.0.0+stable")!), 0);
    });

  for (const app of words(numbers))
    it(`F25: ${app} is no commit`, () => {
      assert.equal(isCommit(app), false);
    });
});
