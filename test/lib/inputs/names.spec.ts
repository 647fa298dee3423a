import { z } from "zod";
import {
  absolutePath,
  domainName,
  envVariables,
  recipeName,
  runName,
  secretName,
} from "../../../providers/lib/inputs/index.ts";
import { accepts, refuses } from "../table.ts";

const names = z.strictObject({
  recipe: recipeName,
  domain: domainName,
  path: absolutePath,
  run: runName,
  secret: secretName,
  env: envVariables,
});
const valid = { recipe: "web", domain: "a.test", path: "/srv", run: "web-0a1b2c", secret: "db_password", env: {} };
const label = "a".repeat(63);

describe("names in a configuration", () => {
  refuses(names, valid, {
    recipe: ["", "-web", "Web", "we_b", "web/x", "../web", "web ", " web", "web\n", "wéb"],
    domain: ["", "a", "test", ".a.test", "a.test.", "a..test", "-a.test", "a-.test", "a.-test", "a.test-", "A.test"],
    path: ["", "srv", "./srv", "~/srv", "file:///srv"],
    run: ["", "web", "web-0a1b2", "web-0a1b2cd", "web-0A1B2C", "web-0a1b2g", "-web-0a1b2c", "-0a1b2c", "web-0a1b2c "],
    secret: ["", "db-password", "DB", "db password", "db.password", "x "],
    "env.1A": ["x"],
    "env.A-B": ["x"],
    "env.A B": ["x"],
    "env.": ["x"],
    "env.A": [1, true, null],
  });
  refuses(names, valid, {
    domain: [
      "a_b.test",
      "a.test:443",
      "a.test/x",
      "https://a.test",
      "a .test",
      "a.test ",
      " a.test",
      `${"a.".repeat(130)}b`,
    ],
  });
  accepts(names, valid, {
    recipe: ["w", "9web", "web-2", "custom-html-tiny", "web-"],
    domain: ["a.b", "a-b.c-d.test", "1.2", "xn--nxasmq6b.test", `${label}.${label}.${label}.${"a".repeat(61)}`],
    path: ["/", "/srv/a b"],
    run: ["w-000000", "web-2-ffffff", "9-0a1b2c"],
    secret: ["a", "_", "a1_b2"],
    "env.A": ["", "x y"],
    "env._a1": ["x"],
  });
});
