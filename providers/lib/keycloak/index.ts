// keycloak: what the rest of hearth may use.
export { type Admin, KeycloakError, logIn, NotUpError } from "./admin.ts";
export { usable } from "./usable.ts";
