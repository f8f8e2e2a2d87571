/** The control groups of Linux: folders and small files of cgroup v2. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { type ControlGroups, GroupError, type GroupSupport } from "../ports/control_groups.ts";
import { visiting } from "./group_placement.ts";
import { findGroupMount, folderOfGroup, type GroupMount, groupPathIn } from "./group_mount.ts";

/** See the module. */
export class LinuxControlGroups implements ControlGroups {
  readonly #startsInGroup: boolean;
  #mount: GroupMount | null | undefined;

  /** @param startsInGroup Whether the C library can start a process right in a group. */
  constructor(startsInGroup: boolean) {
    this.#startsInGroup = startsInGroup;
  }

  support(): GroupSupport {
    this.#mount = undefined;
    if (this.#mounted() === null) {
      return {
        isAvailable: false,
        why: "control groups of version 2 are not mounted",
        hint:
          "mount them (mount -t cgroup2 none /sys/fs/cgroup), or boot with systemd.unified_cgroup_hierarchy=1",
      };
    }
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
      // Who moves a process needs to write to the group above both ends of the move.
      accessSync(`${home}/cgroup.procs`, constants.W_OK);
      this.make(trial);
      const type = tryRead(`${trial}/cgroup.type`)?.trim();
      if (type !== undefined && type !== "domain") {
        throw new GroupError(`${home} takes threads only (${type})`);
      }
      // Not all that forbids a move shows in the rights of files.
      if (!this.#startsInGroup) visiting(home, trial, () => {});
      const kills = existsSync(`${trial}/cgroup.kill`);
      return { isAvailable: true, home, kills, startsInGroup: this.#startsInGroup };
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
    // A process of another namespace of numbers is shown as 0.
    const own = (tryRead(`${group}/cgroup.procs`) ?? "").split("\n").map(Number).filter((pid) => pid > 0);
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
    for (const one of this.inside(group)) this.remove(one);
    try {
      rmdirSync(group);
      return true;
    } catch (error) {
      return codeOf(error) === "ENOENT";
    }
  }

  inside(group: string): readonly string[] {
    try {
      return readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory())
        .map((entry) => `${group}/${entry.name}`);
    } catch {
      return [];
    }
  }

  #mounted(): GroupMount | null {
    return this.#mount ??= findGroupMount(tryRead("/proc/self/mountinfo") ?? "");
  }
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? (error as Error).message;
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Never makes a file: who has the file of a group that is not there has no group. */
function tryWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "r+" });
    return true;
  } catch {
    return false;
  }
}
