// Refuses a Node that can't run TypeScript, before it loads any.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `hearth needs Node 22.18 or newer; Pulumi found ${process.versions.node} (${process.execPath}). ` +
      "Put a newer one first on PATH.",
  );
  process.exit(1);
}
const program = await import("./index.ts");
export default program.outputs;
