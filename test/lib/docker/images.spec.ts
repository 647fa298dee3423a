import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureImages, imagesOf, pinImage } from "../../../providers/lib/docker/images.ts";
import { fakeSwarm, type FakeSwarm } from "./fakeSwarm.ts";

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

describe("the images that a stack runs", () => {
  let swarm: FakeSwarm;
  beforeEach(async () => (swarm = await fakeSwarm()));
  afterEach(() => swarm.end());

  const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;
  const web = (image: string) => ({ name: "web_job", stack: "web", image });
  const container = (name: string, image: string, imageId: string) => ({
    name,
    stack: "web",
    service: "web_job",
    image,
    imageId,
    ended: true,
  });

  it("are those of ended containers too: the newest one with the present spec", async () => {
    const reference = `r.test/job:2@${digest(2)}`;
    await swarm.set({
      service: [web(reference), { name: "web_idle", stack: "web", image: "idle:1", running: 0 }],
      container: [
        container("c4", "r.test/job:3", "id-3"),
        container("c3", reference, "id-2"),
        container("c2", reference, "id-2-before"),
        container("c1", "r.test/job:1", "id-1"),
      ],
      image: ["id-1", "id-2", "id-2-before", "id-3"].map(id => ({ id, names: [] })),
    });
    assert.deepEqual(await imagesOf("web"), { job: { name: "r.test/job:2", id: "id-2", digest: digest(2) } });
  });

  it("have the digest of their repository if the spec has none", async () => {
    await swarm.set({
      service: [web("r.test/job:2")],
      container: [container("c1", "r.test/job:2", "id-2")],
      image: [{ id: "id-2", names: ["r.test/job:2", `other.test/job@${digest(1)}`, `r.test/job@${digest(2)}`] }],
    });
    assert.deepEqual(await imagesOf("web"), { job: { name: "r.test/job:2", id: "id-2", digest: digest(2) } });
  });

  it("are found by the spec's digest after a prune of ended containers", async () => {
    await swarm.set({
      service: [web(`r.test/job:2@${digest(2)}`)],
      image: [{ id: "id-2", names: [`r.test/job@${digest(2)}`] }],
    });
    assert.deepEqual(await imagesOf("web"), { job: { name: "r.test/job:2", id: "id-2", digest: digest(2) } });
  });

  it("are none for a service whose image was removed, or that never ran", async () => {
    await swarm.set({ service: [web("r.test/job:2")], container: [container("c1", "r.test/job:2", "id-2")] });
    assert.deepEqual(await imagesOf("web"), {});
    await swarm.set({ service: [web("r.test/job:2")], image: [{ id: "id-2", names: ["r.test/job:2"] }] });
    assert.deepEqual(await imagesOf("web"), {});
  });

  it("are found although a container disappears between list and inspect", async () => {
    await swarm.set({
      service: [web("r.test/job:2")],
      container: [{ ...container("c2", "r.test/job:2", "id-2"), gone: true }, container("c1", "r.test/job:2", "id-2")],
      image: [{ id: "id-2", names: ["r.test/job:2"] }],
    });
    assert.deepEqual(await imagesOf("web"), { job: { name: "r.test/job:2", id: "id-2", digest: undefined } });
  });

  it("are pinned at once: the present tasks stop first, and Swarm doesn't go back to their image", async () => {
    await pinImage("web", "job", `r.test/job:2@${digest(2)}`);
    const [call = ""] = await swarm.calls();
    assert.match(call, /^service update --detach --quiet --no-resolve-image /);
    assert.match(call, / --update-order stop-first --update-parallelism 0 --update-failure-action continue /);
    assert.ok(call.endsWith(` --image r.test/job:2@${digest(2)} web_job`), call);
  });
});
