/** Arithmetic on POSIX paths. Nothing here looks at a disk, so symbolic links are not followed. */

/** `path` without empty parts, `.` and `..`; a relative path stays relative. */
export function normalizePath(path: string): string {
  const absolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!absolute) parts.push(part);
  }
  if (absolute) return `/${parts.join("/")}`;
  return parts.length === 0 ? "." : parts.join("/");
}

/** `path` as seen from `folder`; an absolute `path` stays where it is. */
export function resolvePath(folder: string, path: string): string {
  return normalizePath(path.startsWith("/") ? path : `${folder}/${path}`);
}

/** The folder that holds `path`. */
export function folderOf(path: string): string {
  return normalizePath(`${path}/..`);
}

/** Last part of `path`; empty for the root. */
export function baseName(path: string): string {
  return normalizePath(path).replace(/^.*\//, "");
}

/** The way from one absolute folder to another; `.` if they are the same. */
export function relativePath(from: string, to: string): string {
  const [start, end] = [from, to].map((path) => path.split("/").filter((part) => part !== ""));
  let common = 0;
  while (common < start!.length && start![common] === end![common]) common++;
  const parts = [...start!.slice(common).map(() => ".."), ...end!.slice(common)];
  return parts.length === 0 ? "." : parts.join("/");
}
