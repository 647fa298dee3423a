// The environment of git in specs: an author, and no configuration of the machine's.
export const committer = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@test",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@test",
  GIT_CONFIG_GLOBAL: "/dev/null",
};
