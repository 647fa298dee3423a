// A volume of an app, as Docker keeps it on this host.

export interface Volume {
  /** Docker's name for it. */
  readonly name: string;
  /** Absolute path of its `_data`. */
  readonly path: string;
}
