import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NoContainerError, readSecret } from "../../../providers/lib/docker/container.ts";
import { ProgramError } from "../../../providers/lib/process/index.ts";

describe("a secret in a running container", () => {
  let folder: string;
  const path = process.env["PATH"];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hearth-container-"));
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });

  /** A fake docker that lists `listed` as running and answers an exec with `exec`. */
  const fakeDocker = (listed: string, exec: string) =>
    writeFile(join(folder, "docker"), `#!/bin/sh\ncase $1 in ps) echo ${listed} ;; exec) ${exec} ;; esac\n`, {
      mode: 0o755,
    });

  it("is read from inside it", async () => {
    await fakeDocker("c1", 'echo "$*"');
    assert.equal(await readSecret("sso", "app", "password"), "exec c1 cat /run/secrets/password");
  });

  for (const [when, listed, exec] of [
    ["no container runs", "", "exit 9"],
    ["it stops after it was listed", "c1", 'echo "Container c1 is not running" >&2; exit 1'],
    ["it is removed after it was listed", "c1", 'echo "Error: No such container: c1" >&2; exit 1'],
  ] as const) {
    it(`is a NoContainerError, which callers retry, when ${when}`, async () => {
      await fakeDocker(listed, exec);
      await assert.rejects(() => readSecret("sso", "app", "password"), NoContainerError);
    });
  }

  it("is a ProgramError when it doesn't exist", async () => {
    await fakeDocker("c1", 'echo "cat: /run/secrets/password: No such file or directory" >&2; exit 1');
    await assert.rejects(() => readSecret("sso", "app", "password"), ProgramError);
  });
});
