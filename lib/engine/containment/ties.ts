/**
 * The processes that one with a proven mark draws in, where nothing else tells of them: neither descent from a supervisor that
 * lives, nor a control group.
 *
 * A mark gives nobody a power that its bearer does not have:
 * 1. A bearer draws in its children, and theirs, if they are of its own user; a bearer that is root's, of any user.
 * 2. It draws in the others of its session if they are of its own user, and if the leader of the session is dead or belongs to
 *    the tree as well. All of a session descend from its leader: one that lives and is none of the tree's has begun the session
 *    somewhere else, such as in a shell.
 * 3. A process that is tied to the tree in one of these ways, but is of another user, is foreign: it is named, and not ended.
 *
 * A process that is about to change its user is of several at once, draws in nobody, and is drawn in by root alone.
 */
import type { ProcessRow } from "../../host/ports/processes.ts";

/** The processes that there are, all alive. */
export interface Table {
  readonly rows: readonly ProcessRow[];
  /** The user of a process; null if it is of several, or gone. */
  readonly userOf: (pid: number) => number | null;
  readonly isAlive: (pid: number) => boolean;
}

/** The result of a search for ties. */
export interface Ties {
  /** The bearers, and all that they draw in. */
  readonly tied: readonly ProcessRow[];
  readonly foreign: readonly Foreign[];
}

/** A process of another user. */
export interface Foreign {
  readonly row: ProcessRow;
  /** The process of the tree that would have drawn it in. */
  readonly through: ProcessRow;
}

const ROOT_UID = 0;

/** See the module. */
export function tiesOf(bearers: readonly ProcessRow[], table: Table): Ties {
  const { rows, isAlive } = table;
  const users = new Map<number, number | null>();
  const userOf = (pid: number) => {
    if (!users.has(pid)) users.set(pid, table.userOf(pid));
    return users.get(pid)!;
  };
  const children = Map.groupBy(rows, ({ parent }) => parent);
  const sessions = Map.groupBy(rows, ({ session }) => session);
  const tied = new Map(bearers.map((row) => [row.pid, row]));
  const foreign = new Map<number, Foreign>();
  const isSameUser = (through: ProcessRow, row: ProcessRow) => {
    const user = userOf(through.pid);
    return user !== null && user === userOf(row.pid);
  };
  const draw = (row: ProcessRow, through: ProcessRow, may: boolean) => {
    if (may) tied.set(row.pid, row);
    else if (!foreign.has(row.pid)) foreign.set(row.pid, { row, through });
  };
  const drawChildren = (through: ProcessRow) => {
    const isRoots = userOf(through.pid) === ROOT_UID;
    for (const row of children.get(through.pid) ?? []) {
      if (!tied.has(row.pid)) draw(row, through, isRoots || isSameUser(through, row));
    }
  };
  const drawSession = (through: ProcessRow) => {
    if (isAlive(through.session) && !tied.has(through.session)) return;
    for (const row of sessions.get(through.session) ?? []) {
      if (!tied.has(row.pid)) draw(row, through, isSameUser(through, row));
    }
  };
  // A leader that is drawn in late opens its session to those that were known before.
  for (let before = -1; before !== tied.size;) {
    before = tied.size;
    for (const row of [...tied.values()]) {
      drawChildren(row);
      drawSession(row);
    }
  }
  return {
    tied: [...tied.values()],
    foreign: [...foreign.values()].filter(({ row }) => !tied.has(row.pid)),
  };
}
