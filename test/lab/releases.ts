// Edits a recipe's files for a release: image and version label, plus the defect of a broken release.

/**
 * `crashes`: healthy for 3 s, then exits. `R009`: the compose file does not load. `no-image`: the image does not exist.
 * `deploy-fails`: the files load, the deploy fails. `dies`: exits on an invalid flag. `wants-more`: healthy, needs a
 * new variable and a new secret in keycloak's .env. `wants-value`: needs a variable that has no value. `brings-volume`:
 * never healthy, and mounts a volume that no other release has.
 */
export type Kind =
  | "good"
  | "never-healthy"
  | "brings-volume"
  | "crashes"
  | "R009"
  | "no-image"
  | "deploy-fails"
  | "dies"
  | "wants-more"
  | "wants-value";

export type Edit = (text: string) => string;

/** The recipe's files and a release's edit for each. */
export function releaseEdits(recipe: string, version: string, kind: Kind): [file: string, edit: Edit][] {
  return [["compose.yml", text => addDefect(kind)(setVersion(recipe, version)(text))], ...extraVariables(kind)];
}

function extraVariables(kind: Kind): [file: string, edit: Edit][] {
  const lines = {
    "wants-more": "MOTD='hello there' # for the page\nSECRET_EXTRA_VERSION=v1 # length=16",
    "wants-value": "SMTP_HOST=",
  }[kind as string];
  return lines === undefined ? [] : [[".env.sample", text => replaceOrThrow(text, /^KC_CACHE=.*$/m, `$&\n${lines}`)]];
}

/** Recipes whose image has the app's version as its tag. */
const versioned = new Set(["keycloak", "traefik", "miniflux"]);
const ownImage = /(hearth-lab\/(?:keycloak|traefik|miniflux):)\S+/g;

function setVersion(recipe: string, version: string): Edit {
  const app = version.replace(/^[^+]*\+/, "").replace(/^v/, "");
  return text => {
    const labelled = replaceOrThrow(text, /(coop-cloud\.\$\{STACK_NAME\}\.version=)[^"]+/, `$1${version}`);
    return versioned.has(recipe) ? replaceOrThrow(labelled, ownImage, `$1${app}`) : labelled;
  };
}

const get = `printf 'GET /health/ready HTTP/1.0\\\\r\\\\n\\\\r\\\\n'`;
const probe = `exec 3<>/dev/tcp/127.0.0.1/9000 && ${get} >&3 && grep -q UP <&3`;
const crash = `until (${probe}) 2>/dev/null; do sleep 1; done; sleep 3; exit 1`;

function addDefect(kind: Kind): Edit {
  switch (kind) {
    case "good":
    case "wants-value":
      return text => text;
    case "wants-more":
      return text => {
        const withSecret = replaceOrThrow(text, /secrets:\n      - admin_password\n/, "$&      - extra\n");
        return replaceOrThrow(
          withSecret,
          /\nsecrets:\n/,
          "$&  extra:\n    external: true\n    name: ${STACK_NAME}_extra_${SECRET_EXTRA_VERSION}\n",
        );
      };
    case "brings-volume":
      return text => {
        const mounted = replaceOrThrow(text, /\n    volumes:\n/, "$&      - brought:/brought\n");
        return addDefect("never-healthy")(replaceOrThrow(mounted, /\nvolumes:\n/, "$&  brought:\n"));
      };
    case "never-healthy":
      // The first healthcheck is the app's, however its test is wrapped, or without one.
      // A short start_period and few retries, so that the gate's deadline comes early: Docker kills the container after
      // about 20 s.
      return text =>
        replaceOrThrow(
          text,
          /(healthcheck:\n)(?: +test:\s*\[[^]*?\]\n)?( +)(interval:[^]*?retries:) \d+\n +start_period: \d+s/,
          '$1$2test: ["CMD", "false"]\n$2$3 2\n$2start_period: 15s',
        );
    case "crashes":
      return text =>
        replaceOrThrow(
          text,
          /entrypoint: \[.*\]/,
          `entrypoint: ["bash", "-c", "/docker-entrypoint.sh \\"$$$$@\\" & ${crash}", "app"]`,
        );
    case "R009":
      return text => replaceOrThrow(text, /environment:\n/, "environment:\n      - BROKEN: { not: a string }\n");
    case "deploy-fails":
      return text =>
        replaceOrThrow(
          replaceOrThrow(text, /networks:\n      - proxy\n/, "networks:\n      - proxy\n      - nowhere\n"),
          /\nnetworks:\n/,
          "\nnetworks:\n  nowhere:\n    external: true\n",
        );
    case "dies":
      return text => replaceOrThrow(text, /(image: \S+\n)/, '$1    command: ["--no-such-flag"]\n');
    case "no-image":
      return text => replaceOrThrow(text, /image: \S+/, "image: 127.0.0.1:5000/hearth-lab/nothing:0.0.0");
  }
}

function replaceOrThrow(text: string, pattern: RegExp, by: string): string {
  if (text.search(pattern) < 0) throw new Error(`edit the recipe: ${pattern} not found in its file`);
  return text.replace(pattern, by);
}
