import assert from "node:assert/strict";
import fc from "fast-check";
import { mask } from "../../../providers/lib/diagnostics/mask.ts";

const looksMasked = (text: string) => mask(text, []);

describe("a masked text", () => {
  it("F32: contains no secret, verbatim, as JSON, in a URL or in base64, nor any of its lines", () => {
    const secret = 'S3nt"inel/ß+1';
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ];
    assert.equal(new Set(forms).size, 4);
    for (const form of forms) assert.equal(mask(`a${form}z`, [secret]), "a***z", form);
    const key = "-----BEGIN KEY-----\nAbCdEf0123\n-----END KEY-----\n";
    const log = "app.1 | -----BEGIN KEY-----\napp.1 | AbCdEf0123\napp.1 | -----END KEY-----\n";
    assert.equal(mask(log, [key]), "app.1 | ***\napp.1 | ***\napp.1 | ***\n");
    assert.equal(mask("it is hunter22", ["hunter22\n"]), "it is ***", "as a file ends");
  });

  it("keeps secrets shorter than four characters, which occur by chance", () => {
    assert.equal(mask("a b c abc", ["a", "abc", ""]), "a b c abc");
  });

  it("masks secrets that overlap or contain each other", () => {
    assert.equal(mask("x-hunter2-x hunter", ["hunter", "hunter2", "ter2-x"]), "x-*** ***");
  });

  it("F32: masks an assignment to a name like a secret's", () => {
    for (const [text, masked] of [
      ["KC_DB_PASSWORD=hunter2\nKC_DB=mariadb", "KC_DB_PASSWORD=***\nKC_DB=mariadb"],
      ["export DB_PASSWORD='hun ter2' # length=32", "export DB_PASSWORD=*** # length=32"],
      ['SMTP_PASS="a \\" b" # why', "SMTP_PASS=*** # why"],
      ["SMTP_PASS=two words\r\nA=1", "SMTP_PASS=***\r\nA=1"],
      ["app.1.x@host    | API_TOKEN=two words", "app.1.x@host    | API_TOKEN=***"],
      ["PASSWORD='it'\"'\"'s'", "PASSWORD=***"],
      ['PASSWORD="unclosed value', "PASSWORD=***"],
      ["run -e KC_DB_PASSWORD=hunter2 image", "run -e KC_DB_PASSWORD=*** image"],
      ["abra --password=hunter2 x", "abra --password=*** x"],
      ["GET /?access_token=hunter2 200", "GET /?access_token=*** 200"],
      ['["A=1","DB_PASSWORD=hun ter2","B=2"]', '["A=1","DB_PASSWORD=***","B=2"]'],
      ["      KC_DB_PASSWORD: hunter2", "      KC_DB_PASSWORD: ***"],
    ] as const)
      assert.equal(looksMasked(text), masked);
  });

  it("F32: masks secrets in JSON, headers and URLs", () => {
    for (const [text, masked] of [
      ['{"password": "hun\\"ter2", "name": "x"}', '{"password": "***", "name": "x"}'],
      ['{"clientSecret":"hunter2","pin":{"user_password":1234}}', '{"clientSecret":"***","pin":{"user_password":***}}'],
      ['"{\\"password\\": \\"hunter2\\", \\"a\\": 1}"', '"{\\"password\\": \\"***\\", \\"a\\": 1}"'],
      ["Authorization: Bearer eyJhbGciOi.eyJ.sig", "Authorization: Bearer ***"],
      ['{"authorization":"Basic YWRtaW46aHVudGVyMg=="}', '{"authorization":"Basic ***"}'],
      ["sent bearer eyJhbGciOi.eyJ.sig to x", "sent bearer *** to x"],
      ["Set-Cookie: AUTH_SESSION_ID=abc; Path=/", "Set-Cookie: ***"],
      ["mysql://keycloak:hunter2@db:3306/kc", "mysql://keycloak:***@db:3306/kc"],
      ["https://u:p@ss/w@git.test/r", "https://***@git.test/r".replace("***", "u:***")],
      ["https://ghp_abcdef@git.test/r", "https://***@git.test/r"],
    ] as const)
      assert.equal(looksMasked(text), masked);
  });

  it("keeps the names and paths of secrets, and all other text", () => {
    for (const text of [
      "SECRET_DB_PASSWORD_VERSION=v1 # length=32",
      "KC_DB_PASSWORD_FILE=/run/secrets/db_password",
      '{"SecretName": "warm_db_password_v1"}',
      "FATA secret db_password not found",
      "password: the admin's is refused",
      "ssh://git@git.test:2222/recipe",
      "https://warm-keycloak.test:443/realms/master answered 503",
      "PWD=/root",
    ])
      assert.equal(looksMasked(text), text);
  });

  it("F32: contains no secret of four characters or more, for any text, and masking it again changes nothing", () => {
    const secret = fc.oneof(
      fc.string({ unit: "binary", minLength: 4, maxLength: 12 }),
      fc.stringMatching(/^[ab*"\\= ]{4,7}$/),
      fc.constantFrom("****", "a***", "***b", "x=***", "▀▀▀▀", 'PASSWORD="', "$1$2", "    "),
    );
    const piece = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.stringMatching(/^[ab*"\\= ]{0,9}$/),
      fc.constantFrom("PASSWORD=", '"password": "', "Authorization: Bearer ", "//u:", "@", "***", "\n"),
    );
    const given = fc.array(secret, { minLength: 1, maxLength: 4 }).chain(secrets =>
      fc.record({
        secrets: fc.constant(secrets),
        text: fc.array(fc.oneof(fc.constantFrom(...secrets), piece), { maxLength: 12 }).map(parts => parts.join("")),
      }),
    );
    fc.assert(
      fc.property(given, ({ secrets, text }) => {
        const masked = mask(text, secrets);
        for (const one of secrets) assert.ok(!masked.includes(one), JSON.stringify({ one, masked }));
        const again = mask(masked, secrets);
        for (const one of secrets) assert.ok(!again.includes(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes linear time, also for a line that is one word of megabytes", () => {
    const log = 'app.1.x@host | 2026-01-01T00:00:00Z INFO [org.keycloak] (executor-1) realm=master user="x" hunter2\n';
    const cpu = (text: string): number => {
      const start = process.cpuUsage();
      mask(text, ["hunter2", "another-one", "and-another"]);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const texts: [string, number][] = [
      [log, 100_000],
      ["a", 1_000_000],
      ['"', 200_000],
      ["a.", 200_000],
      ["token", 100_000],
      ["x_token-", 50_000],
      ['"token', 50_000],
    ];
    for (const [part, count] of texts) {
      const small = cpu(part.repeat(count / 10));
      const large = cpu(part.repeat(count));
      // For ten times the text, quadratic time would be a hundred times as long. Noise dominates below 50 ms.
      assert.ok(large < 50_000 || large < 40 * small, `${part.slice(0, 10)}…: ${small} µs, then ${large} µs`);
    }
  });
});
