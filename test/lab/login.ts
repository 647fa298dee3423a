// A relying party as in a recipe's test: discovery, login, verification of the token's signature, issuer and audience.
import * as client from "openid-client";

const env = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through \`hearth run\``);
  return value;
};

const issuer = env("OIDC_ISSUER");
const start = Date.now();
const config = await client.discovery(new URL(issuer), env("OIDC_CLIENT_ID"), env("OIDC_CLIENT_SECRET"));
// Also verify the ID token's signature with the provider's keys.
client.enableNonRepudiationChecks(config);
const tokens = await client.genericGrantRequest(config, "password", {
  username: env("OIDC_USERNAME"),
  password: env("OIDC_PASSWORD"),
  scope: "openid",
});
const claims = tokens.claims();
if (!claims) throw new Error("the provider returned no ID token");
if (claims.iss !== issuer) throw new Error(`verify the token: expected issuer ${issuer}, found ${claims.iss}`);
const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
if (user.preferred_username !== env("OIDC_USERNAME"))
  throw new Error(`log in: expected user ${env("OIDC_USERNAME")}, found ${user.preferred_username}`);
console.log(`logged in as ${user.preferred_username} at ${issuer}, token verified, in ${Date.now() - start} ms`);
