// Reads the app's part of a recipe's version, which is free text: a commit, a release, or perhaps a pre-release. Pure.

const hash = "(?=[0-9]*[a-f])[0-9a-f]{7,40}";
const hashToken = new RegExp(`^g?${hash}$`, "i");
const commit = new RegExp(`^(?:[a-z]+(?:256)?[-_.])?g?${hash}$`, "i");

/** `9f3c2ab`, `sha-9f3c2ab`, `g9f3c2ab`: 7 to 40 hexadecimal digits with a letter. It has no order. */
export function isCommit(app: string): boolean {
  return commit.test(app);
}

/** Why a version may be a pre-release: a usual word, or a `token` that is no known variant of an image. */
export type PrereleaseSign = { readonly isKnown: true } | { readonly isKnown: false; readonly token: string };

/**
 * undefined for a release: only numbers, known variants and words of `current`, the version that runs, follow its first
 * number. A commit has no sign.
 */
export function prereleaseSign(app: string, current = ""): PrereleaseSign | undefined {
  if (isCommit(app)) return undefined;
  const tokens = tokensOf(app);
  if (tokens.some(token => !hashToken.test(token) && prerelease.test(token))) return { isKnown: true };
  // Words before the first number name the app.
  const first = tokens.findIndex(token => /\d/.test(token));
  const familiar = new Set(tokensOf(current).filter(token => !/\d/.test(token)));
  const token = first < 0 ? undefined : tokens.slice(first).find(each => !known.test(each) && !familiar.has(each));
  return token === undefined ? undefined : { isKnown: false, token };
}

function tokensOf(app: string): string[] {
  return app.split(/[-._+~:@ ]+/).filter(token => token !== "");
}

/** Regular expressions of whole words; the numbers before and after them are cut. */
const prereleaseWords = [
  ..."a alpha b beta c rc cr pre prerelease preview m milestone dev devel develop development nightly snapshot".split(
    " ",
  ),
  ..."canary edge unstable next ea eap test testing experimental insiders main master trunk".split(" "),
];
const prerelease = anyOf(prereleaseWords);

const variants = [
  // Distributions and what an image is built on.
  ..."alpine debian slim stretch buster bullseye bookworm trixie ubuntu bionic focal jammy noble centos fedora".split(
    " ",
  ),
  ..."rocky almalinux ubi rhel el fc ol photon wolfi distroless scratch busybox musl glibc linux windows".split(" "),
  ..."fpm apache nginx caddy php zts python py node jre jdk java openjdk temurin perl ruby cli".split(" "),
  ..."postgres postgresql postgis pg mysql mariadb sqlite redis cuda rocm arc cpu gpu fips".split(" "),
  // Architectures.
  ..."arm armhf armel armv arm64v aarch amd x i ppc64le s390x mips64le riscv".split(" "),
  // Editions and channels of releases.
  ..."ce ee oss community enterprise pro lts esr stable latest final ga release rel version v".split(" "),
  ..."full minimal standard base core lite light server management rootless unprivileged nonroot root".split(" "),
];
/** Counters of rebuilds and updates: the number is a must. */
const counters = "ls r p pl post build rev patch hotfix u sp deb\\d+u".split(" ");
const known = new RegExp(
  String.raw`^(?:\d*|\d*(?:${variants.join("|")})\d*|\d*(?:${counters.join("|")})\d+|\d+T\d+Z?|\d+Z)$`,
  "i",
);

function anyOf(words: readonly string[]): RegExp {
  return new RegExp(String.raw`^\d*(?:${words.join("|")})\d*$`, "i");
}
