// Prints the roles in the access token of the run's user.
const env = (name: string): string => process.env[name] ?? "";

const body = new URLSearchParams({
  grant_type: "password",
  client_id: env("OIDC_CLIENT_ID"),
  client_secret: env("OIDC_CLIENT_SECRET"),
  username: env("OIDC_USERNAME"),
  password: env("OIDC_PASSWORD"),
});
const answer = await fetch(`${env("OIDC_ISSUER")}/protocol/openid-connect/token`, { method: "POST", body });
const { access_token: token = "" } = (await answer.json()) as { access_token?: string };
const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") as {
  realm_access?: { roles?: string[] };
};
console.log(`roles ${(claims.realm_access?.roles ?? []).join(" ")}`);
