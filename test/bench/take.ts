// A process that takes one snapshot of a directory, as hearth takes a volume's, and prints how long that took and what memory it had at most.
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
// In KiB, of this process alone: tar and zstd have theirs beside it.
console.log(JSON.stringify({ ms: performance.now() - start, memory: process.resourceUsage().maxRSS * 1024 }));
