/** Clients and supervisors of versions that do not speak alike: what they have in common works, and the rest says what to do. */
import { UserError } from "../base/user_error.ts";
import type { StatusRow, TreeStatus } from "./protocol.ts";

/** The two sides, as they call themselves; null for one that does not say. */
export interface TwoVersions {
  readonly supervisor: string | null;
  readonly client: string | null;
}

/** The error of a request that not all versions have in common. */
export function otherVersion({ supervisor, client }: TwoVersions): UserError {
  const by = supervisor === null ? "another version of supervise" : `supervise ${supervisor}`;
  const asking = client === null ? "another one" : client === supervisor ? "another build" : client;
  return new UserError("control/version", `This tree is run by ${by}, and this command is of ${asking}`, {
    hint:
      "`supervise upgrade` hands the tree over to this version; ps, status, ls, logs, wait and down work without that",
  });
}

/** A status of another version, whose rows may lack what this one knows. */
export function completed(status: TreeStatus): TreeStatus {
  return { ...status, actors: status.actors.map((row) => ({ ...UNKNOWN, ...row })) };
}

const UNKNOWN: Omit<StatusRow, "path" | "kind" | "state"> = {
  daemon: true,
  ready: null,
  healthy: null,
  pid: null,
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
};
