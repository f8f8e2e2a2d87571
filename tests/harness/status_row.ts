/** Rows of a status, by what differs from an actor that is well. */
import type { StatusRow } from "../../lib/control/protocol.ts";

/** A row of a daemon that runs and is ready. */
export function statusRow(path: string, differences: Partial<StatusRow> = {}): StatusRow {
  return {
    path,
    kind: "exec",
    daemon: true,
    state: "running",
    ready: true,
    healthy: null,
    pid: 10,
    restarts: 0,
    startedAt: null,
    uptimeMs: null,
    cpu: null,
    rss: null,
    exit: null,
    reason: null,
    says: null,
    nextRun: null,
    error: null,
    cgroup: null,
    ...differences,
  };
}
