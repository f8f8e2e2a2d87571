/**
 * The port to control groups (cgroup v2): sets of processes that nothing leaves by forking, by a session of its own or by
 * another environment. A group is known by the absolute path of its folder.
 */

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
  | {
    readonly isAvailable: false;
    /** As a clause: `control groups of version 2 are not mounted`. */
    readonly why: string;
    /** What to do about it. */
    readonly hint: string;
  };

/** A group that could not be made. */
export class GroupError extends Error {
  override readonly name = "GroupError";
}

/** Makes, reads, kills and removes groups. */
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
}
