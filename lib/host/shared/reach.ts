/** Why a path leads to nothing, in words that tell what is missing from what is forbidden. */
import { UserError } from "../../base/user_error.ts";
import { nodeFs } from "./lazy_node.ts";

const NOT_THERE = "there is no such file";

/**
 * Why nothing is found at a path, as a clause; null if something is there.
 *
 * @param path An absolute path.
 * @param who Whose rights these are: `user "nobody"`. By default the user of this process.
 */
export function whyUnreachable(path: string, who: string = presentUser()): string | null {
  try {
    nodeFs().statSync(path);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code) {
      case "EACCES":
        return `${who} may not enter the folder "${closedFolder(path)}"`;
      case "ENOENT":
        return NOT_THERE;
      case "ENOTDIR":
        return "a part of the path is not a folder";
      case "ELOOP":
        return "it is a link to itself, or to a link that leads back";
      default:
        return message;
    }
  }
}

/** Why it cannot be seen whether something is at a path, as a clause; null if it can. */
export function whyHidden(path: string): string | null {
  const why = whyUnreachable(path);
  return why === NOT_THERE ? null : why;
}

/** @throws {UserError} `program/unreachable` where the runtime would say that there is no such file, and one may be there. */
export function requireReachable(path: string): void {
  const why = whyHidden(path);
  if (why !== null) throw new UserError("program/unreachable", `Cannot reach "${path}": ${why}`);
}

/** The user of this process, as it is called where it has no other name. */
export function presentUser(): string {
  return `user ${process.geteuid!()}`;
}

/** The topmost folder on the way to a path that cannot be entered. */
function closedFolder(path: string): string {
  const parts = path.split("/").slice(1, -1);
  for (let count = 1; count < parts.length; count++) {
    const folder = `/${parts.slice(0, count).join("/")}`;
    if (!canEnter(folder)) return folder;
  }
  return `/${parts.join("/")}`;
}

function canEnter(folder: string): boolean {
  const fs = nodeFs();
  try {
    fs.accessSync(folder, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
