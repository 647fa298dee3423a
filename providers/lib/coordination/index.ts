// Leases and maintenance, which coordinate runs and warm apps: what the rest of hearth may use.
export {
  foreignConfigMessage,
  isLease,
  isMaintenance,
  leaseName,
  leaseOf,
  MAX_CREATE_ATTEMPTS,
  removeStaleMaintenance,
  swarmStore,
  type CoordinationHost,
  type CoordinationStore,
  type StoredRecord,
} from "./coordinationStore.ts";
export { currentHolder, livenessOnSwarm } from "./holder.ts";
export { coordinationHost } from "./liveHost.ts";
export {
  DEFAULT_TTL,
  describeHolder,
  expiryAt,
  isLeaseActive,
  isMaintenanceActive,
  isMaintenanceOver,
  LEASE_DURATION,
  maintenanceEnd,
  RENEW_INTERVAL,
} from "./liveness.ts";
export { claimMaintenance, drain, releaseMaintenance, type MaintenanceRequest } from "./maintenance.ts";
export { keepMaintenance } from "./keepMaintenance.ts";
export { describeMaintenance, type LeaseRecord, type MaintenanceRecord } from "./records.ts";
export { LeaseLostError, underLease } from "./underLease.ts";
export { encodeTerms, LEASE, leaseTerms, type LeaseTermsMessage } from "./terms.ts";
export { includesRun, keycloakKind, type KeycloakKind, type RunScope } from "./scope.ts";
