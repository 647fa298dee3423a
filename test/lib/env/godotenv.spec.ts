import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEnv, setEnv } from "../../../providers/lib/env/envFile.ts";
import { ask } from "../../lab/oracle.ts";

/** Files of the shapes that recipes and operators have, and the ones at which readers differ. */
const handPicked = [
  'COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:compose.mariadb.yml"\n#COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"\n',
  "A=1\nB=$A\nC=${A}x\nD=$(A)\nE=\\$A\nF='$A'\nG=\"$A\"\nH=$MISSING.\nI=$a\n",
  "A=it's\nB=a#b\nC=a #b\nD= #b\nE=#b\nF='a' # b\nG=\"a # b\"\n",
  "export A=1\nexport  B = 2\nexportC=3\nexport=4\n",
  "A: 1\nB : 2\nC:=3\nURL: https://a.test:443/x\n",
  "A=\"line one\nline two\"\nB='one\r\ntwo'\r\nC=3\r\n",
  'A="a\\nb\\rc\\td\\\\e\\"f\\$g"\n',
  "A='it\\'s'\nB=\"''\"\nC='\"\"'\nD=\"\"\nE=''\nF=''''\n",
  "A=\nB=\r\nC=   \nD=x   \n  E  =  y\n\n\n",
  'A=1\nA=$A2\nA=${A}3\nA="$A"4\n',
  "A=\"x\"B=2\nC='y' D=3\n",
  "SECRET_DB_VERSION=v1 # length=32 charset=hex\nTYPE=web:1.2.3+4.5.6\n",
  "A=v1 # length=32 # generate=false\nB=x\t#y #\tz\nC=#a # b\nD='v1' # length=32 # generate=false\n",
  "export ",
  "A=1\nexport \t",
  "export \nA=1\n",
  "A=1",
  "A",
  "",
  "#only",
  "# A=1\n#B",
  "no assignment\n",
  "A=1\nnothing\nB=2\n",
  "A='open\nB=2\n",
  '="x"\n',
  "a.b=1\na-b=2\n",
];

const value = fc.oneof(
  fc.stringMatching(/^[a-z0-9 #='"$\\{}():.]{0,14}$/),
  fc.constantFrom("$A", "${A}:x", '"$A:y"', "'$A'", '"a\\nb"', "'two\nlines'", "x # comment", '"x" # comment', "\\$A"),
  fc.constantFrom("v1 # length=32 # generate=false", "x #y # z", "x # y#z", "'v1' # a # b"),
);
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom("A", "B", "export A", "C_1", "export  D"), fc.constantFrom("=", " = ", ": ", "="), value)
    .map(parts => parts.join("")),
  fc.constantFrom("", "  ", "# comment", "#A=1", "\t# x", "export", "export "),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 7 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
  .map(([lines, eol, last]) => lines.join(eol) + (last ? eol : ""));

/** How hearth reads the file; undefined if it can't. */
function read(text: string): Record<string, string> | undefined {
  try {
    return parseEnv(text);
  } catch (error) {
    assert.equal((error as Error).name, "EnvSyntaxError");
    return undefined;
  }
}

async function genuine(text: string): Promise<Record<string, string> | undefined> {
  const asked = await ask<Record<string, string>>("env", text);
  return "answer" in asked ? asked.answer : undefined;
}

describe("hearth's reader of .env files and the genuine godotenv", function () {
  this.timeout(120_000);

  it("read the files of recipes and operators alike", async () => {
    for (const text of handPicked) assert.deepEqual(read(text), await genuine(text), JSON.stringify(text));
  });

  it("read 300 generated files alike, and both refuse the same ones", async () => {
    let [readable, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(file, async text => {
        const expected = await genuine(text);
        assert.deepEqual(read(text), expected);
        if (expected) readable += 1;
        else refused += 1;
      }),
      { numRuns: 300 },
    );
    assert.ok(readable > 100 && refused > 10, `${readable} readable, ${refused} refused`);
  });

  it("agree on each value that hearth writes, among 200 files, and on all the others", async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.stringMatching(/^[ -~é]{0,12}$/),
        fc.constantFrom("A", "KEY"),
        async (text, wanted, key) => {
          const before = read(text);
          fc.pre(before !== undefined);
          const written = writable(text, key, wanted);
          fc.pre(written !== undefined);
          const after = await genuine(written!);
          assert.equal(after?.[key], wanted, written);
          if (key === "KEY") assert.deepEqual(after, { ...before, KEY: wanted });
          assert.deepEqual(Object.keys(after!).toSorted(), Object.keys({ ...before, [key]: wanted }).toSorted());
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The file with the key set; undefined if hearth refuses the value. */
function writable(text: string, key: string, wanted: string): string | undefined {
  try {
    return setEnv(text, key, wanted);
  } catch (error) {
    assert.equal((error as Error).name, "EnvValueError");
    return undefined;
  }
}
