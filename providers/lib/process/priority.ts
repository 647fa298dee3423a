// Lowers the CPU priority of other programs: Keycloak and the ingress must answer while hearth works.
import { getPriority } from "node:os";

/** nice(1) value of pulumi, abra and git. hearth keeps its own: it couldn't restore the priority of a run's command. */
const NICE = 10;

/**
 * The command that runs `program` with a lower CPU priority, from its first instruction, and so all that it starts.
 * nice(1) replaces itself by the program: the pid, the signals and the descriptors are the program's.
 */
export function withLowPriority(
  program: string,
  argv: readonly string[],
): readonly [program: string, argv: readonly string[]] {
  return ["nice", ["-n", String(Math.max(0, NICE - getPriority())), program, ...argv]];
}

/**
 * Whether nice(1) or timeout(1) ended with this because the program doesn't exist (POSIX: 127), rather than the program
 * itself.
 */
export function isAbsent(exitCode: number | null, stderr: string): boolean {
  return exitCode === 127 && /^(nice|timeout): /.test(stderr);
}
