// fs: what the rest of hearth may use.
export {
  format,
  FORMAT,
  FormatError,
  ignoreAbsent,
  makeFolder,
  readJson,
  removeFile,
  UnreadableError,
  writeJson,
  writeText,
} from "./file.ts";
export { replaceText } from "./replace.ts";
export { replaceFolder } from "./folder.ts";
export { syncPath } from "./sync.ts";
