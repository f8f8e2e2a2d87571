import type { Privileges } from "../ports/privileges.ts";
import { SpawnError } from "../ports/processes.ts";

/** The facts that a fake kernel keeps about a process beside its user: its rights, and its treatment. */
export interface FakeStanding {
  readonly gid: number;
  readonly groups: readonly number[];
  readonly umask: number;
  readonly nice: number;
}

/** How every process stands that nobody has changed. */
export const USUAL_STANDING: FakeStanding = { gid: 1_000, groups: [1_000], umask: 0o022, nice: 0 };

/** A user and how its process stands. */
export interface Changed {
  readonly uid: number;
  readonly standing: FakeStanding;
}

/** A process after changes. @throws {SpawnError} If its user may not make them. */
export function changed(before: Changed, { account, umask, nice }: Privileges): Changed {
  const { uid, standing } = before;
  if (account !== null && (account.uid ?? uid) !== uid && uid !== 0) {
    throw new SpawnError("privileges", `${account.label}: only root may run a program as another user`);
  }
  if (nice !== null && nice < standing.nice && uid !== 0) {
    throw new SpawnError("privileges", `nice = ${nice}: only root may raise the priority`);
  }
  return {
    uid: account?.uid ?? uid,
    standing: {
      gid: account?.gid ?? standing.gid,
      groups: account?.groups ?? standing.groups,
      umask: umask ?? standing.umask,
      nice: nice ?? standing.nice,
    },
  };
}
