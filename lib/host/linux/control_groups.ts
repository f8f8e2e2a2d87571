/** The control groups of Linux: folders and small files of cgroup v2. */
import { limitErrorOf } from "../../base/limit_error.ts";
import { accessSync, constants, existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import {
  type ControlGroups,
  type GroupCounts,
  GroupError,
  type GroupLimit,
  type GroupSupport,
  type Lack,
} from "../ports/control_groups.ts";
import { hasSystemd, isHandedOver } from "./delegation.ts";
import { controllersIn, lackOfController, writeControllers } from "./group_controllers.ts";
import { codeOf, numbersIn, tryWrite, writeTo } from "./group_files.ts";
import { countsIn, writeLimit } from "./group_limits.ts";
import { visiting } from "./group_placement.ts";
import { tryListFolders, tryRead } from "./kernel_files.ts";
import { findGroupMount, folderOfGroup, type GroupMount, groupPathIn } from "./group_mount.ts";

const NOT_MOUNTED: Lack = {
  why: "control groups of version 2 are not mounted",
  hint: "mount them (mount -t cgroup2 none /sys/fs/cgroup), or boot with systemd.unified_cgroup_hierarchy=1",
};

/** Facts that no file tells. */
export interface ControlGroupsOptions {
  /** Whether a process can be started right in a group. @throws {SpawnError} */
  readonly startsInGroup: (group: string) => boolean;
  /** Whether a group is marked as handed over. */
  readonly isMarked: (group: string) => boolean;
}

/** See the module. */
export class LinuxControlGroups implements ControlGroups {
  readonly #startsInGroup: (group: string) => boolean;
  readonly #isMarked: (group: string) => boolean;
  #mount: GroupMount | null | undefined;

  constructor({ startsInGroup, isMarked }: ControlGroupsOptions) {
    this.#startsInGroup = startsInGroup;
    this.#isMarked = isMarked;
  }

  support(): GroupSupport {
    this.#mount = undefined;
    if (this.#mounted() === null) return { isAvailable: false, ...NOT_MOUNTED };
    const home = this.groupOf(process.pid);
    if (home === null) {
      return {
        isAvailable: false,
        why: "the group of this process is outside of what is mounted here",
        hint: "in a container: docker run --cgroupns=private",
      };
    }
    const trial = `${home}/supervise-trial.${process.pid}`;
    try {
      // A move of a process takes the right to write to the group above both ends of the move.
      accessSync(`${home}/cgroup.procs`, constants.W_OK);
      this.make(trial);
      const type = tryRead(`${trial}/cgroup.type`)?.trim();
      if (type !== undefined && type !== "domain") {
        throw new GroupError(`${home} takes threads only (${type})`);
      }
      // Not all that forbids a move shows in the rights of files.
      const startsInGroup = this.#startsInGroup(trial);
      if (!startsInGroup) visiting(home, trial, () => {});
      const kills = existsSync(`${trial}/cgroup.kill`);
      return { isAvailable: true, home, kills, startsInGroup };
    } catch (error) {
      return {
        isAvailable: false,
        why: `no group can be made in ${home} (${codeOf(error)})`,
        hint:
          "in a systemd service: Delegate=yes; in a login: systemd-run --user --scope -p Delegate=yes; in a " +
          "container: --cgroupns=private and a /sys/fs/cgroup that can be written to; or be root",
      };
    } finally {
      this.remove(trial);
    }
  }

  make(group: string): void {
    try {
      mkdirSync(group);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw new GroupError(`Cannot make the control group ${group}: ${codeOf(error)}`);
      }
    }
  }

  membersOf(group: string): readonly number[] {
    if (isEmpty(group)) return [];
    // A process of another namespace of numbers is shown as 0.
    const own = this.residentsOf(group).filter((pid) => pid > 0);
    return [...own, ...this.inside(group).flatMap((one) => this.membersOf(one))];
  }

  groupOf(pid: number): string | null {
    const mount = this.#mounted();
    const path = mount === null ? null : groupPathIn(tryRead(`/proc/${pid}/cgroup`) ?? "");
    return mount === null || path === null ? null : folderOfGroup(mount, path);
  }

  freeze(group: string, isFrozen: boolean): void {
    tryWrite(`${group}/cgroup.freeze`, isFrozen ? "1" : "0");
  }

  kill(group: string): boolean {
    return tryWrite(`${group}/cgroup.kill`, "1");
  }

  remove(group: string): boolean {
    // Most have none inside, and without a look there it takes no descriptor, of which there may be none left.
    if (isRemoved(group)) return true;
    try {
      for (const one of this.inside(group)) this.remove(one);
    } catch (error) {
      if (limitErrorOf(error) === null) throw error;
      return false;
    }
    return isRemoved(group);
  }

  inside(group: string): readonly string[] {
    if (hasNoneInside(group)) return [];
    return tryListFolders(group).map((name) => `${group}/${name}`);
  }

  lackOf(controller: string): Lack | null {
    const mount = this.#mounted();
    return mount === null ? NOT_MOUNTED : lackOfController(mount.folder, controller);
  }

  controllersOf(group: string): readonly string[] {
    return controllersIn(`${group}/cgroup.controllers`);
  }

  givenBy(group: string): readonly string[] {
    return controllersIn(`${group}/cgroup.subtree_control`);
  }

  give(group: string, controllers: readonly string[]): void {
    // With some controllers the kernel would not refuse, but make of it a group in which there is only room for threads.
    if (!this.isTop(group) && this.residentsOf(group).length > 0) {
      throw new GroupError(`${group} has processes right in it`);
    }
    writeControllers(group, "+", controllers);
    if (tryRead(`${group}/cgroup.type`)?.trim() !== "domain threaded") return;
    writeControllers(group, "-", controllers);
    throw new GroupError(`a process has come to ${group} meanwhile`);
  }

  takeBack(group: string, controllers: readonly string[]): void {
    writeControllers(group, "-", controllers);
  }

  isTop(group: string): boolean {
    return existsSync(`${group}/cgroup.procs`) && !existsSync(`${group}/cgroup.type`);
  }

  isManaged(group: string): boolean {
    // Only root may use a group that was not handed over.
    return process.getuid!() === 0 && hasSystemd() && !isHandedOver(group, this.#isMarked);
  }

  residentsOf(group: string): readonly number[] {
    return numbersIn(tryRead(`${group}/cgroup.procs`) ?? "");
  }

  move(pid: number, group: string): void {
    writeTo(`${group}/cgroup.procs`, String(pid), `process ${pid} cannot be taken to ${group}`);
  }

  limit(group: string, limit: GroupLimit): void {
    writeLimit(group, limit);
  }

  countsOf(group: string): GroupCounts {
    return countsIn(group);
  }

  #mounted(): GroupMount | null {
    return this.#mount ??= findGroupMount(tryRead("/proc/self/mountinfo") ?? "");
  }
}

/** Whether nobody lives in a group nor in those inside: the kernel says so of all of them in one small file. */
function isEmpty(group: string): boolean {
  return /^populated 0$/m.test(tryRead(`${group}/cgroup.events`) ?? "");
}

/**
 * Whether a group is known to have none inside: the kernel counts them as links of its folder, beside the two that every folder
 * has. That takes a seventh of the time of reading the folder, and no descriptor.
 */
function hasNoneInside(group: string): boolean {
  try {
    return statSync(group, { throwIfNoEntry: false })?.nlink === 2;
  } catch {
    return false;
  }
}

/** Removes a group that is empty. @returns Whether it is gone. */
function isRemoved(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
}
