// time: what the rest of hearth may use.
export { stamp } from "./stamp.ts";
