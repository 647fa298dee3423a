// A process that runs the spec files it is sent, one at a time, and ends each one's output with a line of results.
import { runFile } from "./runFile.ts";
import { RESULT } from "./summary.ts";

const options = { color: process.argv.includes("--color"), ...grepOption() };

process.on("message", (file: string) => {
  void runFile(file, options).then(result => process.stdout.write(`\n${RESULT}${JSON.stringify(result)}\n`));
});
process.on("disconnect", () => process.exit());

/** `--grep=<regular expression>`: only the specs whose titles match. */
function grepOption(): { grep?: RegExp } {
  const flag = process.argv.find(each => each.startsWith("--grep="));
  return flag === undefined ? {} : { grep: new RegExp(flag.slice("--grep=".length)) };
}
