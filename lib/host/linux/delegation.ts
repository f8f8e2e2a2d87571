/** Tells who owns the inside of a control group: systemd arranges all units that it has not marked as handed over. */
import { existsSync } from "node:fs";
import { folderOf } from "../../base/posix_path.ts";
import { cString, type Libc } from "./libc.ts";

/** The end of the names of groups of units. */
const UNIT = /\.(?:service|scope|slice)$/;

/** The marks of what is handed over. Not every one can be seen by everybody, nor is set by every version. */
const MARKS = ["trusted.delegate", "user.delegate"];
const IS_SET = "1".charCodeAt(0);

/** Whether systemd runs this machine, or this container. */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** Whether a group bears the mark. */
export function isMarked({ call }: Libc, group: string): boolean {
  const [path, value] = [cString(group), new Uint8Array(8)];
  return MARKS.some((name) =>
    Number(call.getxattr(path, cString(name), value, value.length)) === 1 && value[0] === IS_SET
  );
}

/** Whether the nearest unit that a group is in, if it is in any, is one that systemd has handed over. */
export function isHandedOver(group: string, isMarked: (group: string) => boolean): boolean {
  for (let at = group; at !== "/"; at = folderOf(at)) {
    if (isMarked(at)) return true;
    if (UNIT.test(at)) return false;
  }
  return true;
}
