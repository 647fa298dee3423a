// git: what the rest of hearth may use.
export { type RepositoryCopy, withRepositoryCopy } from "./checkout.ts";
export { cloneAt, durably, git, gitIn, type Repository } from "./git.ts";
export { closeReader, entriesOf, type Entry, objectAt, readObject } from "./objects.ts";
