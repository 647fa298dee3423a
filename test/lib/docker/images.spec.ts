import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureImages } from "../../../providers/lib/docker/images.ts";

describe("the images of an app", () => {
  let folder: string;
  let lines: string[];
  const path = process.env["PATH"];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-images-"));
    lines = [];
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  /** A fake docker that has the images called `here…`; a pull runs `pull`. */
  const fakeDocker = (pull: string) =>
    writeFile(
      join(folder, "docker"),
      `#!/bin/sh
echo "$*" >> ${folder}/calls
[ "$1" = pull ] && { ${pull}; }
shift 4; code=0
for image; do case $image in here*) echo "sha256:$image" ;; *) echo "Error: No such image: $image" >&2; code=1 ;; esac; done
exit $code
`,
      { mode: 0o755 },
    );
  const ensure = (...images: string[]) => ensureImages(images, "docs", line => void lines.push(line));
  const calls = async () => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");

  it("need no registry if this node has them, and one process", async () => {
    await fakeDocker("echo toomanyrequests >&2; exit 1");
    await ensure("here:1", "here:2@sha256:12", "here:1");
    assert.deepEqual(await calls(), ["image inspect --format {{.Id}} here:1 here:2@sha256:12"]);
    assert.deepEqual(lines, []);
    await ensure();
    assert.equal((await calls()).length, 1);
  });

  it("are pulled if this node lacks them, with a line that names app and image", async () => {
    await fakeDocker("exit 0");
    await ensure("here:1", "there:1", "there:2");
    assert.deepEqual(
      (await calls()).filter(call => call.startsWith("pull")),
      ["pull --quiet there:1", "pull --quiet there:2"],
    );
    assert.equal(lines[0], "docs: pulling there:1");
    assert.match(lines[1]!, /^docs: pulled there:1 in \S+ m?s$/);
  });

  it("F12: are an error with the registry's words if they are nowhere", async () => {
    await fakeDocker('echo "toomanyrequests: You have reached your pull rate limit" >&2; exit 1');
    await assert.rejects(ensure("there:1"), {
      name: "ImageError",
      message:
        "image there:1 not found on this host, and the pull failed: toomanyrequests: You have reached your pull rate limit",
    });
  });

  it("are unknown, not absent, if docker can't be asked", async () => {
    await writeFile(join(folder, "docker"), "#!/bin/sh\necho Cannot connect to the Docker daemon >&2; exit 1\n", {
      mode: 0o755,
    });
    await assert.rejects(ensure("there:1"), { name: "ProgramError" });
    assert.deepEqual(lines, []);
  });
});
