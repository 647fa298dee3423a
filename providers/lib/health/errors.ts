// The errors of a wait for health.

/** The app isn't healthy at its deadline. */
export class UnhealthyError extends Error {
  override readonly name = "UnhealthyError";
}

/** Health could not be determined: the app isn't to blame, so the caller undoes nothing. */
export class InconclusiveError extends Error {
  override readonly name = "InconclusiveError";
}
