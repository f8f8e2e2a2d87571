/** A machine in memory on which nobody closes connections of others. */
import type { Connections } from "../ports/connections.ts";

/** See the module. */
export const fakeConnections: Connections = {
  whyNotCut: () => "this machine closes none for others",
  countOf: () => 0,
  cut: () => 0,
};
