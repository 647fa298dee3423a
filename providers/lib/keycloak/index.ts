// Keycloak's admin API and logins: what the rest of hearth may use.
export { type Admin, KeycloakError, logIn, NotUpError } from "./admin.ts";
export {
  type Credentials,
  isOurs,
  madeAttribute,
  ownerAttribute,
  representation,
  runAttribute,
} from "./representation.ts";
export { adminSession } from "./session.ts";
export { usable } from "./usable.ts";
