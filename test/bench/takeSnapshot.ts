// Takes one snapshot of a directory with hearth's code; prints its duration (ms) and peak memory (bytes).
import { takeSnapshot } from "../../providers/lib/snapshot/index.ts";

const [path = "", folder = ""] = process.argv.slice(2);
const about = { app: "bench.hearth.test", recipe: "bench", version: "1.0.0+1", images: {} };
const start = performance.now();
await takeSnapshot({
  folder,
  id: "bench",
  about,
  env: "",
  volumes: [{ name: "bench", path }],
  log: line => console.error(line),
});
// maxRSS is in KiB and excludes the tar and zstd processes.
console.log(JSON.stringify({ ms: performance.now() - start, memory: process.resourceUsage().maxRSS * 1024 }));
