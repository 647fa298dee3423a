// git: what the rest of hearth may use.
export { git } from "./git.ts";
export { endReading, entriesOf, type Entry, objectAt, quietGit, readObject } from "./objects.ts";
