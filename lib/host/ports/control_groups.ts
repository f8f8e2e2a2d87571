/**
 * The port to control groups (cgroup v2): sets of processes that nothing leaves by forking, by a session of its own or by
 * another environment. A group is known by the absolute path of its folder.
 */

/** Why something cannot be had. */
export interface Lack {
  /** As a clause. */
  readonly why: string;
  /** The cure. */
  readonly hint: string;
}

/** Whether groups can be made. */
export type GroupSupport =
  | {
    readonly isAvailable: true;
    /** The group of this very process, in which it can make others. */
    readonly home: string;
    /** Whether the kernel kills a whole group at once. */
    readonly kills: boolean;
    /** Whether the kernel starts a process right in its group; otherwise this process goes there with it and back. */
    readonly startsInGroup: boolean;
  }
  | (Lack & { readonly isAvailable: false });

/** A limit for all processes of a group, and of those inside, together. */
export type GroupLimit =
  | { readonly on: "memory"; readonly bytes: number }
  /** Percent of one processor. */
  | { readonly on: "cpu"; readonly percent: number }
  /** Processes and threads. */
  | { readonly on: "pids"; readonly count: number };

/** The kernel's name for the part of it that keeps a kind of limit. */
export type Controller = GroupLimit["on"];

/** The acts of the kernel in a group since it was made, to keep limits. */
export interface GroupCounts {
  /** The processes that it has killed because there was no memory for them. */
  readonly oomKills: number;
  /** How often the memory that was missing was that of this group, rather than of one around it. */
  readonly memoryReached: number;
  /** How often a process or thread could not be started because there were too many. */
  readonly forksRefused: number;
}

/** Nothing. */
export const NO_COUNTS: GroupCounts = { oomKills: 0, memoryReached: 0, forksRefused: 0 };

/** A failure to do something about a group. */
export class GroupError extends Error {
  override readonly name = "GroupError";
}

/**
 * Makes, reads, limits, kills and removes groups.
 *
 * Limits are kept by controllers. A group has those that the group around it gives to the groups inside, and a group that is
 * not the topmost one of the machine gives any only while no process is right in it.
 */
export interface ControlGroups {
  /** Finds out whether groups can be made now. */
  support(): GroupSupport;
  /** Makes a group in one that is there; nothing if it is there already. @throws {GroupError} */
  make(group: string): void;
  /** The numbers of the living processes of a group and of those inside; none if there is no such group. */
  membersOf(group: string): readonly number[];
  /** The group that a process is in; null if there is no such process, or the group is out of our sight. */
  groupOf(pid: number): string | null;
  /** Stops all processes of a group, and whatever they fork, or lets them go on. It takes effect a little later. */
  freeze(group: string, isFrozen: boolean): void;
  /**
   * Kills all processes of a group and of those inside, and whatever they fork meanwhile.
   *
   * @returns False if this kernel cannot.
   */
  kill(group: string): boolean;
  /** Removes a group and those inside, as far as nobody is in them; false if some of it stays. */
  remove(group: string): boolean;
  /** The groups right inside of a group. */
  inside(group: string): readonly string[];
  /** Why there is no such controller in any group that can be seen here; null if there is. */
  lackOf(controller: string): Lack | null;
  /** The controllers that a group has. */
  controllersOf(group: string): readonly string[];
  /** Those that it gives to the groups inside. */
  givenBy(group: string): readonly string[];
  /** Gives controllers that a group has to those inside, beside those that it gives already. @throws {GroupError} */
  give(group: string, controllers: readonly string[]): void;
  /** Takes them back. @throws {GroupError} While a group inside gives them on. */
  takeBack(group: string, controllers: readonly string[]): void;
  /** Whether a group is the topmost one of the machine: there processes may be beside groups that are limited. */
  isTop(group: string): boolean;
  /** Whether the machine's own manager arranges what is in a group, and has not handed that over. */
  isManaged(group: string): boolean;
  /** The numbers of the processes right in a group, not in one inside; 0 for one that cannot be seen from here. */
  residentsOf(group: string): readonly number[];
  /** Takes a process to a group, with all its threads; what it has started stays. @throws {GroupError} */
  move(pid: number, group: string): void;
  /** Limits a group that has the controller. @throws {GroupError} */
  limit(group: string, limit: GroupLimit): void;
  /** The acts in a group to keep limits; zeros if there is nothing to tell. */
  countsOf(group: string): GroupCounts;
}
