// The edits that make a release from a recipe's files: image and version label; a broken release adds its defect.

/**
 * `crashes`: healthy for 5 s, then exits. `R009`: the compose file does not load. `no-image`: the image does not exist.
 * `deploy-fails`: the files load, the deploy fails. `dies`: exits on an invalid flag. `wants-more`: healthy, needs a
 * new variable and a new secret in keycloak's .env. `wants-value`: needs a variable that has no value.
 */
export type Kind =
  "good" | "never-healthy" | "crashes" | "R009" | "no-image" | "deploy-fails" | "dies" | "wants-more" | "wants-value";

export type Edit = (text: string) => string;

/** Files of the recipe and how a release of `version` edits each. */
export function releaseEdits(recipe: string, version: string, kind: Kind): [file: string, edit: Edit][] {
  return [["compose.yml", text => broken(kind)(good(recipe, version)(text))], ...wants(kind)];
}

function wants(kind: Kind): [file: string, edit: Edit][] {
  const lines = {
    "wants-more": "MOTD='hello there' # for the page\nSECRET_EXTRA_VERSION=v1 # length=16",
    "wants-value": "SMTP_HOST=",
  }[kind as string];
  return lines === undefined ? [] : [[".env.sample", text => replaced(text, /^KC_CACHE=.*$/m, `$&\n${lines}`)]];
}

function good(recipe: string, version: string): Edit {
  const app = version.replace(/^[^+]*\+/, "").replace(/^v/, "");
  return text => {
    const labelled = replaced(text, /(coop-cloud\.\$\{STACK_NAME\}\.version=)[^"]+/, `$1${version}`);
    return recipe === "keycloak" ? replaced(labelled, /(hearth-lab\/keycloak:)\S+/, `$1${app}`) : labelled;
  };
}

const crash = `until (exec 3<>/dev/tcp/127.0.0.1/9000 && printf 'GET /health/ready HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3 && grep -q UP <&3) 2>/dev/null; do sleep 1; done; sleep 5; exit 1`;

function broken(kind: Kind): Edit {
  switch (kind) {
    case "good":
    case "wants-value":
      return text => text;
    case "wants-more":
      return text => {
        const asked = replaced(text, /secrets:\n      - admin_password\n/, "$&      - extra\n");
        return replaced(
          asked,
          /\nsecrets:\n/,
          "$&  extra:\n    external: true\n    name: ${STACK_NAME}_extra_${SECRET_EXTRA_VERSION}\n",
        );
      };
    case "never-healthy":
      // The first healthcheck is the app's, however the list is wrapped; the database's doesn't change.
      return text => replaced(text, /test:\s*\[[^]*?\](?=\n +interval:)/, 'test: ["CMD", "false"]');
    case "crashes":
      return text =>
        replaced(
          text,
          /entrypoint: \[.*\]/,
          `entrypoint: ["bash", "-c", "/docker-entrypoint.sh \\"$$$$@\\" & ${crash}", "app"]`,
        );
    case "R009":
      return text => replaced(text, /environment:\n/, "environment:\n      - BROKEN: { not: a string }\n");
    case "deploy-fails":
      return text =>
        replaced(
          replaced(text, /networks:\n      - proxy\n/, "networks:\n      - proxy\n      - nowhere\n"),
          /\nnetworks:\n/,
          "\nnetworks:\n  nowhere:\n    external: true\n",
        );
    case "dies":
      return text => replaced(text, /(image: \S+\n)/, '$1    command: ["--no-such-flag"]\n');
    case "no-image":
      return text => replaced(text, /image: \S+/, "image: hearth-lab/nothing:0.0.0");
  }
}

function replaced(text: string, pattern: RegExp, by: string): string {
  if (!pattern.test(text)) throw new Error(`the recipe's compose.yml does not match ${pattern}`);
  return text.replace(pattern, by);
}
