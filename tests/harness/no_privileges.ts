import type { PrivilegesSpec } from "../../lib/config/plan.ts";

/** A plan of privileges in which nothing is set. */
export const NO_PRIVILEGES: PrivilegesSpec = {
  user: null,
  group: null,
  umask: null,
  nice: null,
  limits: {},
  noNewPrivs: false,
  oomScoreAdj: null,
  deathSignal: null,
};
