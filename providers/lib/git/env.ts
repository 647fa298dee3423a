// The environment that git runs in: hearth's own, without what a caller's git would pass on.

/**
 * Variables that belong to one repository: git sets some for a hook, and each would redirect a command to it or change
 * its configuration. `git rev-parse --local-env-vars` lists them; the last two limit where git searches.
 */
const redirections = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
  "GIT_CONFIG_COUNT",
  "GIT_OBJECT_DIRECTORY",
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_GRAFT_FILE",
  "GIT_INDEX_FILE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_REPLACE_REF_BASE",
  "GIT_PREFIX",
  "GIT_SHALLOW_FILE",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_CEILING_DIRECTORIES",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/**
 * Configuration that wins over every file. No program that a repository names runs: no hook, no file system monitor, no
 * `ext::` transport. A bare repository counts only where hearth names it: a recipe may contain one. Garbage collection
 * stays in the foreground: a detached one would hold the mirror's lock after git exits.
 */
const configuration = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["protocol.ext.allow", "never"],
  ["safe.bareRepository", "explicit"],
  ["gc.autoDetach", "false"],
  ["maintenance.autoDetach", "false"],
] as const;

function inEnvironment(settings: typeof configuration): Record<string, string> {
  const pairs = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(settings.length), ...(Object.fromEntries(pairs) as Record<string, string>) };
}

/** Added to this process's environment: no redirection, no password prompt, English messages, no index refresh. */
export const gitEnv: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(redirections.map(name => [name, undefined])),
  ...inEnvironment(configuration),
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};
