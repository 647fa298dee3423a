// Keycloak's kcadm.sh inside the warm Keycloak's container, straight to its port: five JVM starts.
import { clientOf, newRealm, passwordOf, userOf } from "../realm.ts";
import { timed, type Contender } from "../row.ts";
import { runProgram } from "../program.ts";
import { token } from "../token.ts";

// Pass secrets by environment and stdin, never in argv; the admin's password is in the container.
const session = `set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
kcadm() { /opt/keycloak/bin/kcadm.sh "$@" --config "$folder/config"; }
password=$(cat /run/secrets/admin_password)
KC_CLI_PASSWORD="$password" kcadm config credentials --server http://127.0.0.1:8080 --realm master --user admin
`;
const up = `${session}
kcadm create realms -s "realm=$BENCH_REALM" -s enabled=true
printf %s "$BENCH_CLIENT" | kcadm create clients -r "$BENCH_REALM" -f -
user=$(printf %s "$BENCH_USER" | kcadm create users -r "$BENCH_REALM" -i -f -)
printf %s "$BENCH_PASSWORD" | kcadm update "users/$user/reset-password" -r "$BENCH_REALM" -n -f -
`;
const teardown = `${session}
kcadm delete "realms/$BENCH_REALM"
`;

/** `url` is https://<domain>, `container` the id of Keycloak's container. */
export function kcadm(url: string, container: string): Contender {
  return {
    name: "kcadm.sh",
    warmUp: true,
    measure: () => {
      const realm = newRealm();
      const env = {
        BENCH_REALM: realm.name,
        BENCH_CLIENT: JSON.stringify(clientOf(realm)),
        BENCH_USER: JSON.stringify(userOf(realm)),
        BENCH_PASSWORD: JSON.stringify(passwordOf(realm)),
      };
      const names = Object.keys(env).flatMap(name => ["--env", name]);
      const inside = (script: string, what: string) =>
        runProgram("docker", ["exec", ...names, container, "sh", "-c", script], what, { env });
      const make = async () => {
        await inside(up, `create realm ${realm.name} with kcadm.sh`);
        await token(url, realm);
      };
      return timed(make, async () => void (await inside(teardown, `delete realm ${realm.name} with kcadm.sh`)));
    },
  };
}
