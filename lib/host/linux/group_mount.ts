/** Where the groups of version 2 are mounted and which of them a process is in, by the texts of /proc. */

/** A mount of cgroup v2. */
export interface GroupMount {
  /** Folder of the mount. */
  readonly folder: string;
  /** The group that the folder shows, which is not always the topmost one. */
  readonly root: string;
}

/** The first mount of cgroup v2, alone or beside version 1, by the text of /proc/PID/mountinfo; null if there is none. */
export function findGroupMount(mountinfo: string): GroupMount | null {
  for (const line of mountinfo.split("\n")) {
    const [before, after] = line.split(" - ");
    if (after?.split(" ")[0] !== "cgroup2") continue;
    const fields = before!.split(" ");
    return { root: unescape(fields[3]!), folder: unescape(fields[4]!) };
  }
  return null;
}

/** The path of the group of version 2, by the text of /proc/PID/cgroup; null if there is none. */
export function groupPathIn(text: string): string | null {
  const line = text.split("\n").find((one) => one.startsWith("0::"));
  // A group that is being removed while the last process leaves is marked behind its name.
  return line === undefined ? null : line.slice("0::".length).replace(/ \(deleted\)$/, "");
}

/** The folder of a group; null if the mount does not show it. */
export function folderOfGroup({ folder, root }: GroupMount, path: string): string | null {
  if (path.split("/").includes("..")) return null;
  const below = root === "/"
    ? path
    : path === root
    ? "/"
    : path.startsWith(`${root}/`)
    ? path.slice(root.length)
    : null;
  return below === null ? null : `${folder}${below}`.replace(/\/$/, "");
}

/** The kernel writes blanks and the like in octal. */
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
