import assert from "node:assert/strict";
import { operatorFolders } from "../../../commands/common/operatorFolders.ts";

describe("the operator's folders", () => {
  const folders = (env: Record<string, string>, existing: readonly string[]) =>
    operatorFolders(env, "/home/op", path => existing.includes(path));

  it("are in the user's home if a CI gives a temporary HOME without them, as Drone's exec runner does", () => {
    assert.deepEqual(folders({ HOME: "/tmp/drone-x/home/drone" }, ["/home/op/.abra", "/home/op/.pulumi"]), {
      ABRA_DIR: "/home/op/.abra",
      PULUMI_HOME: "/home/op/.pulumi",
    });
    assert.deepEqual(folders({ HOME: "/tmp/x" }, ["/home/op/.docker"]), { DOCKER_CONFIG: "/home/op/.docker" });
    assert.deepEqual(folders({}, ["/home/op/.abra"]), { ABRA_DIR: "/home/op/.abra" });
  });

  it("stay where HOME or their variables have them", () => {
    const everywhere = ["/home/op", "/srv/op"].flatMap(home => [`${home}/.abra`, `${home}/.pulumi`, `${home}/.docker`]);
    assert.deepEqual(folders({ HOME: "/srv/op" }, everywhere), {});
    assert.deepEqual(folders({ HOME: "/home/op" }, everywhere), {});
    const set = { HOME: "/tmp/x", ABRA_DIR: "/a", PULUMI_HOME: "/p", DOCKER_CONFIG: "/d" };
    assert.deepEqual(folders(set, everywhere), {});
    assert.deepEqual(folders({ ...set, ABRA_DIR: "" }, everywhere), { ABRA_DIR: "/home/op/.abra" });
    assert.deepEqual(folders({ HOME: "/tmp/x" }, []), {});
  });
});
