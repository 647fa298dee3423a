import assert from "node:assert/strict";
import fc from "fast-check";
import { EnvValueError, parseEnv, setEnv } from "../../../providers/lib/env/envFile.ts";
import { EnvSyntaxError } from "../../../providers/lib/env/statements.ts";

function isReadable(text: string): boolean {
  try {
    parseEnv(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof EnvSyntaxError);
    return false;
  }
}

describe("an app's .env", () => {
  it("reads COMPOSE_FILE lines that extend the ones before", () => {
    const text = 'COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.mariadb.yml"\n';
    assert.deepEqual(parseEnv(text), { COMPOSE_FILE: "compose.yml:compose.mariadb.yml" });
  });

  it("names the line that can't be read, and no value", () => {
    assert.throws(() => parseEnv("A=1\nPASSWORD='secret\nB=2\n"), {
      name: "EnvSyntaxError",
      message: "line 2 of the .env: expected a closing '",
    });
    assert.throws(() => parseEnv("A=1\nsecret word\n"), { message: "line 2 of the .env: expected NAME=value" });
  });

  it("rejects a value that no quoting holds, and keeps the file", () => {
    assert.throws(() => setEnv("A=1\n", "A", "a # b\\"), EnvValueError);
  });

  it("F26: gets a new key on its own line if it ends in a comment without a newline", () => {
    const sample = "TYPE=keycloak\n#COMPOSE_FILE=";
    assert.equal(setEnv(sample, "DOMAIN", "a.test"), "TYPE=keycloak\n#COMPOSE_FILE=\nDOMAIN=a.test\n");
  });

  it("F26: keeps CRLF line ends, and uses them for a new line", () => {
    assert.equal(setEnv("A=1\r\nB=2\r\n", "A", "3"), "A=3\r\nB=2\r\n");
    assert.equal(setEnv("A=1\r\nB=2", "C", "3"), "A=1\r\nB=2\r\nC=3\r\n");
  });

  it("F26: keeps a commented key unchanged", () => {
    assert.equal(setEnv("#A=1\n# A=2\n", "A", "3"), "#A=1\n# A=2\nA=3\n");
  });

  it("changes the last of several assignments, which wins", () => {
    assert.equal(setEnv("A=1\nB=2\nA=3\n", "A", "4"), "A=1\nB=2\nA=4\n");
    assert.deepEqual(parseEnv("A=1\nA=3\n"), { A: "3" });
  });

  it("keeps the comment after a value: abra reads a secret's length from it", () => {
    assert.equal(
      setEnv("SECRET_X_VERSION=v1 # length=32\n", "SECRET_X_VERSION", "v2"),
      "SECRET_X_VERSION=v2 # length=32\n",
    );
  });

  it("doesn't change if the key already has the value, however it is quoted", () => {
    for (const text of ['A="x y"\n', "A='x y' # why\n", "export A='x y'"]) assert.equal(setEnv(text, "A", "x y"), text);
  });

  it("can hold an empty value", () => {
    assert.equal(setEnv("LETS_ENCRYPT_ENV=production\n", "LETS_ENCRYPT_ENV", ""), "LETS_ENCRYPT_ENV=\n");
  });

  it("rejects a value with a line break", () => {
    assert.throws(() => setEnv("", "A", "1\n2"), EnvValueError);
  });

  /** Undefined for a value that ends in a backslash, which no quotes hold, and can't stand bare either. */
  function setUnlessRefused(text: string, value: string): string | undefined {
    try {
      return setEnv(text, "KEY", value);
    } catch (error) {
      assert.ok(error instanceof EnvValueError && /[ #'"$`].*\\$/.test(value), `${value}: ${String(error)}`);
      return undefined;
    }
  }

  it("F26: holds any key as set, keeps every other line, and isn't changed by a second set", () => {
    const anyLine = fc.oneof(
      fc.constantFrom("A=1", "#A=2", "B='q # r'", 'C="x"', "", "  ", "export D=4", "E: 5"),
      fc.stringMatching(/^[a-z #="'$]{0,12}$/),
    );
    const file = fc
      .tuple(fc.array(anyLine, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
      .map(([lines, eol, last]) => lines.join(eol) + (last ? eol : ""));
    const value = fc.stringMatching(/^[ -~]{0,12}$/).filter(text => text === text.trim());
    fc.assert(
      fc.property(file, value, (text, wanted) => {
        fc.pre(isReadable(`${text}\n`));
        const once = setUnlessRefused(text, wanted);
        if (once === undefined) return;
        assert.equal(parseEnv(once)["KEY"], wanted);
        assert.equal(setEnv(once, "KEY", wanted), once);
        assert.ok(once.startsWith(text), "bytes before the new line changed");
        const again = setEnv(once, "KEY", `${wanted}x`);
        assert.equal(parseEnv(again)["KEY"], `${wanted}x`);
        assert.ok(again.startsWith(text));
      }),
    );
  });
});
