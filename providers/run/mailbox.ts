// What `hearth run` and the program of a run's stack agree on.

/** The variable that names the socket on which hearth waits for the outputs; unset where Pulumi's own commands are used. */
export const MAILBOX = "HEARTH_MAILBOX";
