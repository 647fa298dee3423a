// coordination: what the rest of hearth may use.
export {
  type CoordinationHost,
  type CoordinationStore,
  foreignConfigMessage,
  isLease,
  isMaintenance,
  leaseName,
  leaseOf,
  type LeaseRecord,
  type MaintenanceRecord,
  MAX_CREATE_ATTEMPTS,
  removeStaleMaintenance,
  type StoredRecord,
  swarmStore,
} from "./coordinationStore.ts";
export { DEFAULT_TTL, describeHolder, isLeaseActive, LEASE_DURATION, RENEW_INTERVAL } from "./liveness.ts";
export { claimMaintenance, drain, releaseMaintenance } from "./maintenance.ts";
