// The default profile: the app's data is kept, and no run depends on it.
import type { Profile } from "./profile.ts";

export const defaultProfile: Profile = {
  health: () => ({}),
  stateful: true,
  ingress: false,
  blockedBy: "none",
  blocks: "none",
  captureBaseline: async () => ({}),
  watchRegressions: () => async () => undefined,
};
