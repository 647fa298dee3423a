import assert from "node:assert/strict";
import { join } from "node:path";
import { pinImages, protectImages, restoreImages } from "../../../providers/app/live/images.ts";
import type { Session } from "../../../providers/app/live/session.ts";
import { appFolder } from "../../../providers/lib/state/appFolder.ts";
import { writeLastGood } from "../../../providers/lib/state/versions.ts";
import { fakeSwarm, type FakeSwarm } from "../../lib/docker/fakeSwarm.ts";

const VERSION = "1.0.0+1";
const digest = `sha256:${"1".repeat(64)}`;
const moved = `sha256:${"2".repeat(64)}`;
const name = "r.test/app:1";
/** As it is pulled, and as a prune of tags leaves it. */
const pinned = `r.test/app@${digest}`;
const kept = "hearth-last-good/a_test.app:latest";

describe("last good's images", () => {
  let swarm: FakeSwarm;
  let session: Session;
  let lines: string[];
  beforeEach(async () => {
    swarm = await fakeSwarm();
    lines = [];
    const folder = appFolder(join(swarm.folder, "state"), "a.test");
    await writeLastGood(folder, VERSION, { app: { id: "id-1", name, digest } });
    const log = (line: string) => void lines.push(line);
    session = { context: { stack: "a_test", folder, app: { recipe: "a" }, log }, log } as unknown as Session;
  });
  afterEach(() => swarm.end());

  const called = async (verb: RegExp) => (await swarm.calls()).filter(call => verb.test(call));
  const service = (image: string) => [{ name: "a_test_app", stack: "a_test", image }];

  describe("before a deploy", () => {
    const restored = async () => {
      await restoreImages(session, VERSION);
      return (await swarm.images())[name];
    };

    it("stay as they are if the tag still means the recorded image", async () => {
      await swarm.set({ image: [{ id: "id-1", names: [name] }] });
      assert.equal(await restored(), "id-1");
      assert.deepEqual(lines, []);
      assert.deepEqual(await called(/^(tag|pull)/), []);
    });

    it("get their tag back if it moved", async () => {
      await swarm.set({
        image: [
          { id: "id-1", names: [kept] },
          { id: "id-2", names: [name] },
        ],
      });
      assert.equal(await restored(), "id-1");
      assert.deepEqual(lines, [`tag ${name} moved to another image; app gets the one that it ran`]);
    });

    it("need no registry if this node has them by digest only", async () => {
      await swarm.set({ image: [{ id: "id-1", names: [pinned] }] });
      assert.equal(await restored(), "id-1");
      assert.deepEqual(lines, [`tag ${name} not found on this host; app gets the one that it ran`]);
      assert.deepEqual(await called(/^pull/), []);
    });

    it("are found by digest where the image store gives them another id", async () => {
      await swarm.set({ image: [{ id: "id-of-new-store", names: [name, pinned] }] });
      assert.equal(await restored(), "id-of-new-store");
      assert.deepEqual(lines, []);
    });

    it("are pulled by digest if a prune took them, and protected again", async () => {
      await swarm.set({ image: [{ id: "id-2", names: [name] }], registry: { [pinned]: "id-1", [name]: "id-2" } });
      assert.equal(await restored(), "id-1");
      assert.equal((await swarm.images())[kept], "id-1");
      assert.deepEqual(lines, [`image ${name} of app not found on this host; pulling ${pinned}`]);
    });

    it("are waited for, with the registry's words, if they are neither here nor there", async () => {
      await assert.rejects(restored(), {
        name: "InconclusiveError",
        message: `image ${pinned} not found on this host, and the pull failed: toomanyrequests: You have reached your pull rate limit`,
      });
    });

    it("are an error that names image, service and version if no digest was recorded", async () => {
      await writeLastGood(session.context.folder, VERSION, { app: { id: "id-1", name } });
      await assert.rejects(restored(), { message: `image not found: ${name}, which app ran at ${VERSION}` });
    });

    it("mean nothing for another version", async () => {
      await restoreImages(session, "1.1.0+2");
      await pinImages(session, "1.1.0+2");
      assert.deepEqual(await swarm.calls(), []);
    });
  });

  describe("after a deploy", () => {
    const pins = async () => {
      await pinImages(session, VERSION);
      return called(/^service update .*--image r\.test\/app:1@sha256:1+ a_test_app$/);
    };

    it("need no pin if the registry still means the same", async () => {
      await swarm.set({ service: service(`${name}@${digest}`) });
      assert.deepEqual(await pins(), []);
      assert.deepEqual(lines, []);
    });

    it("are pinned if their tag moved in the registry", async () => {
      await swarm.set({ service: service(`${name}@${moved}`) });
      assert.equal((await pins()).length, 1);
      assert.deepEqual(lines, [`tag ${name} moved in its registry; app gets the image that it ran`]);
    });

    it("are pinned although Swarm changes the service itself between docker's read and its write", async () => {
      await swarm.set({ service: service(`${name}@${moved}`), changing: 2 });
      assert.equal((await pins()).length, 3);
      await swarm.set({ service: service(`${name}@${moved}`), changing: 99 });
      await assert.rejects(pinImages(session, VERSION), /pin the image of a_test_app: .*update out of sequence/);
    });

    it("are pinned if the registry didn't answer: it may answer at the next start, with another image", async () => {
      await swarm.set({ service: service(name), image: [{ id: "id-1", names: [name, pinned] }] });
      assert.equal((await pins()).length, 1);
      assert.deepEqual(lines, [`tag ${name} wasn't resolved by its registry; app gets the image that it ran`]);
      assert.deepEqual(await called(/^pull/), []);
    });

    it("are pinned if the registry answers again", async () => {
      await swarm.set({ service: service(name), registry: { [pinned]: "id-1" } });
      assert.equal((await pins()).length, 1);
    });

    it("keep their tag, with a line, if neither this node nor the registry knows the digest", async () => {
      await swarm.set({ service: service(name), image: [{ id: "id-1", names: [name] }] });
      assert.deepEqual(await pins(), []);
      assert.deepEqual(lines, [`app isn't pinned: digest of ${name} unknown here, and its registry doesn't answer`]);
    });
  });

  describe("before an upgrade", () => {
    const container = { name: "c1", stack: "a_test", service: "a_test_app" };
    const protect = async () => {
      await protectImages(session.context);
      return (await swarm.images())[kept];
    };

    it("get hearth's tags", async () => {
      await swarm.set({
        service: service(`${name}@${digest}`),
        container: [{ ...container, image: `${name}@${digest}`, imageId: "id-1" }],
        image: [{ id: "id-1", names: [name, pinned] }],
      });
      assert.equal(await protect(), "id-1");
      assert.deepEqual(lines, []);
    });

    it("keep hearth's tags if another image runs", async () => {
      await swarm.set({
        service: service(`${name}@${moved}`),
        container: [{ ...container, image: `${name}@${moved}`, imageId: "id-2" }],
        image: [
          { id: "id-1", names: [kept] },
          { id: "id-2", names: [name] },
        ],
      });
      assert.equal(await protect(), "id-1");
      assert.deepEqual(lines, ["a: app runs another image than last good's, which a rollback would run"]);
    });

    it("give hearth's tag to what runs if a service is new since last good", async () => {
      await writeLastGood(session.context.folder, VERSION, {});
      await swarm.set({
        service: service(name),
        container: [{ ...container, image: name, imageId: "id-2" }],
        image: [{ id: "id-2", names: [name] }],
      });
      assert.equal(await protect(), "id-2");
      assert.deepEqual(lines, []);
    });
  });
});
