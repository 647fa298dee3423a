import assert from "node:assert/strict";
import { guardArgv, planGuards } from "../../../providers/lib/docker/guards.ts";

describe("guards", () => {
  it("are one for each image, each with every volume", () => {
    const plans = planGuards("a_test", ["sha256:b", "sha256:a", "sha256:b"], ["a_test_y", "a_test_x"]);
    assert.deepEqual(
      plans.map(({ image, volumes }) => ({ image, volumes })),
      ["sha256:a", "sha256:b"].map(image => ({ image, volumes: ["a_test_x", "a_test_y"] })),
    );
    for (const { name } of plans) assert.match(name, /^hearth-guard-a_test-[0-9a-f]{12}$/);
  });

  it("keep their names while image and volumes stay, in any order, and get others if one changes", () => {
    const nameOf = (image: string, ...volumes: string[]) => planGuards("a_test", [image], volumes)[0]!.name;
    assert.equal(nameOf("i", "x", "y"), nameOf("i", "y", "x"));
    assert.equal(new Set([nameOf("i", "x"), nameOf("i", "x", "y"), nameOf("j", "x")]).size, 3);
  });

  it("can do nothing but wait: read-only, without network, capabilities, log or health check, as nobody", () => {
    const [plan] = planGuards("a_test", ["sha256:a"], ["a_test_x"]);
    const argv = guardArgv("a_test", plan!, "/state/guard/pause").join(" ");
    for (const part of [
      "--network none --read-only --cap-drop ALL --security-opt no-new-privileges",
      "--user 65534:65534",
      "--restart always",
      "--pull never",
      "--no-healthcheck",
      "--log-driver none",
      "--mount type=volume,source=a_test_x,target=/hearth/0,readonly,volume-nocopy",
      "--mount type=bind,source=/state/guard/pause,target=/hearth-guard,readonly",
    ])
      assert.ok(argv.includes(part), part);
    const masked = guardArgv("a_test", plan!, "/state/guard/pause", ["/var/lib/mysql"]).join(" ");
    assert.ok(masked.includes("--mount type=tmpfs,target=/var/lib/mysql,tmpfs-size=65536"), "an anonymous volume");
    assert.ok(argv.endsWith(" sha256:a"), "nothing of the image's own command runs");
  });
});
