// Traefik: the ingress. Every host that it serves before an upgrade must answer after it.
import { defaultProfile } from "./default.ts";
import { hostWatch, servedHosts } from "./hostWatch.ts";
import type { Profile } from "./profile.ts";

export const traefik: Profile = {
  ...defaultProfile,
  // Behind basic auth it answers 401. The recipe routes its domain to api@internal; /ping is on another entrypoint.
  health: () => ({ path: "/api/version", fallback: "/", allowUnauthorized: true }),
  // Its volume holds certificates only, which are issued again.
  stateful: false,
  ingress: true,
  blockedBy: "all",
  blocks: "all",

  captureBaseline: async (_app, log) => ({ hosts: await servedHosts(log) }),

  watchRegressions: (_app, { hosts = {} }, log) => hostWatch(hosts, log),
};
