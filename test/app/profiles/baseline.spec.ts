import assert from "node:assert/strict";
import { profileOf } from "../../../providers/app/profiles/index.ts";
import { statusOf, statusText } from "../../../providers/app/profiles/status.ts";

/** Realms that an upgrade of Keycloak must not lose, against answers of plain values. */
describe("a regression of Keycloak", () => {
  const genuine = globalThis.fetch;
  let asked: string[];
  let responses: Response[];
  /** Answers by realm; undefined: no answer. */
  const answer = (statuses: Readonly<Record<string, number | undefined>>) => {
    [asked, responses] = [[], []];
    globalThis.fetch = async (url, { redirect } = {}) => {
      assert.equal(redirect, "manual");
      asked.push(String(url));
      const status = statuses[decodeURIComponent(String(url).split("/").at(-1)!)];
      if (status === undefined) throw new TypeError("fetch failed");
      const response = new Response(status === 204 ? null : "x", { status });
      responses.push(response);
      return response;
    };
  };
  afterEach(() => void (globalThis.fetch = genuine));
  const app = { domain: "sso.test", env: {} };
  const log = (line: string) => assert.fail(line);
  const regression = (realms: readonly string[]) =>
    profileOf("keycloak").watchRegressions(app, { realms: [...realms] }, log)();

  it("is none if every realm answers", async () => {
    answer({ one: 200, "two three": 200 });
    assert.equal(await regression(["one", "two three"]), undefined);
    assert.deepEqual(asked, ["https://sso.test/realms/one", "https://sso.test/realms/two%20three"]);
    assert.ok(
      responses.every(({ bodyUsed }) => bodyUsed),
      "a body that nobody reads keeps its connection",
    );
  });

  for (const [status, words] of [
    [404, "HTTP 404"],
    [302, "HTTP 302"],
    [204, "HTTP 204"],
    [503, "HTTP 503"],
    [undefined, "nothing"],
  ] as const)
    it(`is the second realm that answers ${words}`, async () => {
      answer({ one: 200, two: status, three: 200 });
      assert.equal(await regression(["one", "two", "three"]), `its realm two answers ${words}`);
    });

  it("is none without a baseline, and nothing is asked", async () => {
    answer({});
    assert.equal(await profileOf("keycloak").watchRegressions(app, {}, log)(), undefined);
    assert.deepEqual(asked, []);
  });

  it("is looked for by status alone", async () => {
    answer({ one: 401 });
    assert.equal(await statusOf("https://sso.test/one"), 401);
    assert.equal(await statusOf("https://sso.test/two"), undefined);
    assert.deepEqual([statusText(401), statusText(undefined)], ["HTTP 401", "nothing"]);
  });
});
