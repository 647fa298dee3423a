// The command under `hearth run`: prints the time (ms) of a successful password grant. Plain JavaScript starts fastest.
const env = process.env;
const discovery = await fetch(env.OIDC_DISCOVERY_URL);
const { token_endpoint: endpoint } = await discovery.json();
const body = new URLSearchParams({
  grant_type: "password",
  client_id: env.OIDC_CLIENT_ID,
  client_secret: env.OIDC_CLIENT_SECRET,
  username: env.OIDC_USERNAME,
  password: env.OIDC_PASSWORD,
  scope: "openid",
});
const grant = await fetch(endpoint, { method: "POST", body });
const { access_token: token } = await grant.json();
if (!token) throw new Error(`the password grant answers HTTP ${grant.status}`);
console.log(Date.now());
process.exit();
