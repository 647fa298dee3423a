// Pulumi's command lines for a run's stack.

const quiet = ["--non-interactive", "--color=never"];
const unattended = ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress", ...quiet];

export const initArgv = (stack: string): string[] => ["stack", "init", stack, "--no-select", ...quiet];

/** Without a preview first: the stack is new. */
export const upArgv = (stack: string): string[] => ["up", "--stack", stack, ...unattended];

/** Prints secrets in clear on stdout: for this process only. */
export const outputArgv = (stack: string): string[] => [
  "stack",
  "output",
  "--stack",
  stack,
  "--json",
  "--show-secrets",
  ...quiet,
];

export const destroyArgv = (stack: string): string[] => ["destroy", "--stack", stack, ...unattended];

export const removeArgv = (stack: string): string[] => ["stack", "rm", stack, "--yes", "--remove-backups", ...quiet];

/** Removes the stack without destroying its resources. */
export const forgetArgv = (stack: string): string[] => [
  "stack",
  "rm",
  stack,
  "--force",
  "--yes",
  "--remove-backups",
  ...quiet,
];

/** Secrets stay encrypted: no passphrase is needed. */
export const exportArgv = (stack: string): string[] => ["stack", "export", "--stack", stack, ...quiet];

export const listArgv = (): string[] => ["stack", "ls", "--json", ...quiet];

/** Fails either because the stack is locked, which it describes, or because the new name exists. */
export const probeArgv = (stack: string): string[] => moveArgv(stack, stack);

export const moveArgv = (from: string, to: string): string[] => ["stack", "rename", to, "--stack", from, ...quiet];

/** Removes every lock of the stack. */
export const cancelArgv = (stack: string): string[] => ["cancel", stack, "--yes", ...quiet];
