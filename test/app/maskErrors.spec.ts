import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withMaskedErrors } from "../../providers/app/maskErrors.ts";
import { fakeSwarm, type FakeSwarm } from "../lib/docker/fakeSwarm.ts";
import { FROM } from "./fakeHost.ts";
import { type FakeApp, fakeApp } from "./syncHost.ts";

describe("an error of work on a warm app", () => {
  let swarm: FakeSwarm;
  let fake: FakeApp;
  beforeEach(async () => {
    swarm = await fakeSwarm();
    fake = await fakeApp(FROM);
  });
  afterEach(async () => {
    await fake.remove();
    await swarm.end();
  });

  it("F32, P12: has no secret of its configuration, of a secret's file, or of its .env, also if docker fails", async () => {
    const file = join(swarm.folder, "key");
    await writeFile(file, "of-a-file-1\n");
    const app = { ...fake.wanting(FROM, { SMTP_PASSWORD: "configured-1" }).app, secrets: { key: { file } } };
    await fake.writeEnv("TYPE=app:1.0.0+1\nDB_PASSWORD=in-the-env-1\nKC_CACHE=local\n");
    const text = "abra: deploy: configured-1 of-a-file-1 in-the-env-1 local";
    for (const state of [{}, { unreachable: true }]) {
      await swarm.set(state);
      await assert.rejects(
        withMaskedErrors(app, () => Promise.reject(new Error(text))),
        { message: "abra: deploy: *** *** *** local" },
      );
    }
    assert.equal(await withMaskedErrors(app, async () => "done"), "done");
  });
});
