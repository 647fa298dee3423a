// Refuses a Node that can't run TypeScript, in a sentence, before anything is loaded that needs one.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `hearth runs on Node 22.18 or newer; the node that Pulumi found is ${process.versions.node} (${process.execPath}). Put a newer one first on PATH.`,
  );
  process.exit(1);
}
const program = await import("./index.ts");
export default program.outputs;
