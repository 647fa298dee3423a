// The environment that git runs in: hearth's own, without what a caller's git would pass on.

/** git sets these for a hook. Each would redirect a command to another repository. */
const redirections = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
];

/** Added to this process's environment: no redirection, no password prompt, English messages, no writes to refresh an index. */
export const gitEnv: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(redirections.map(name => [name, undefined])),
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};
