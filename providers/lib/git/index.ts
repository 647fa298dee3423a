// git: what the rest of hearth may use.
export { gitEnv } from "./env.ts";
export { git } from "./git.ts";
export { closeReader, entriesOf, type Entry, objectAt, readObject } from "./objects.ts";
