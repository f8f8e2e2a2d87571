/** The controllers of control groups: which there are, and who gives them to whom. */
import { existsSync } from "node:fs";
import type { Lack } from "../ports/control_groups.ts";
import { writeTo } from "./group_files.ts";
import { tryRead } from "./kernel_files.ts";

/** The controllers that a file lists. */
export function controllersIn(path: string): readonly string[] {
  return (tryRead(path) ?? "").split(/\s+/).filter((name) => name !== "");
}

/** Has a group give controllers to those inside, or take them back: all of them or none. @throws {GroupError} */
export function writeControllers(group: string, sign: "+" | "-", controllers: readonly string[]): void {
  const failure = sign === "+"
    ? `${group} cannot give ${controllers.join(", ")} to the groups inside`
    : `${group} cannot take ${controllers.join(", ")} back from the groups inside`;
  const text = controllers.map((name) => `${sign}${name}`).join(" ");
  writeTo(`${group}/cgroup.subtree_control`, text, failure);
}

/** Why there is no such controller in the topmost group that can be seen; null if there is. */
export function lackOfController(top: string, controller: string): Lack | null {
  if (controllersIn(`${top}/cgroup.controllers`).includes(controller)) return null;
  if (isTakenByVersion1(tryRead("/proc/self/cgroup") ?? "", controller)) {
    return {
      why: "version 1 of control groups holds the controller",
      hint: "boot with cgroup_no_v1=all, or with systemd.unified_cgroup_hierarchy=1",
    };
  }
  if (existsSync(`${top}/cgroup.type`)) {
    return {
      why: "this container was not given the controller",
      hint: "have whatever runs the container give it the controller",
    };
  }
  return {
    why: "this kernel has no such controller, or has it switched off",
    hint: `boot with cgroup_enable=${controller}`,
  };
}

/** Whether a hierarchy of version 1 has a controller, by the text of /proc/PID/cgroup. */
export function isTakenByVersion1(text: string, controller: string): boolean {
  return text.split("\n").map((line) => line.split(":"))
    .some(([number, names = ""]) => number !== "0" && names.split(",").includes(controller));
}
