import { baseName, folderOf, resolvePath } from "../../base/posix_path.ts";
import type { FileWatcher, FolderChange, Refused, Watching } from "../ports/watching.ts";
import type { Disk, NameChange } from "./disk.ts";

/** Watching of a fake disk, with room for so many folders. */
export function fakeWatching(disk: Disk, room: () => number): Watching {
  return { open: () => watcherOf(disk, room) };
}

function watcherOf(disk: Disk, room: () => number): FileWatcher {
  /** The names that a folder was given, by the one that it has in truth, and whether all that is in it is told. */
  const watched = new Map<string, Map<string, { tellsAll: boolean }>>();
  let changes: FolderChange[] = [];
  let isOpen = true;
  let wake = () => {};
  const push = (change: FolderChange) => {
    changes.push(change);
    wake();
  };
  const onChange = (name: string, what: NameChange) => {
    if (what === "gone") {
      const itself = [...watched.get(name)?.keys() ?? []];
      watched.delete(name);
      for (const folder of itself) push({ folder, name: null, is: "gone" });
    }
    if (what === "replaced") return;
    const is = what === "gone" ? what : disk.get(name)?.kind === "folder" ? "folder" : "file";
    const names = [...watched.get(folderOf(name)) ?? []];
    // As in the kernel: if all is told by one of its names, it is by each.
    if (!names.some(([, { tellsAll }]) => tellsAll)) return;
    for (const [folder] of names) push({ folder, name: name.slice(name.lastIndexOf("/") + 1), is });
  };
  disk.onChange.add(onChange);
  const remove = (folder: string) => {
    for (const [name, given] of watched) if (given.delete(folder) && given.size === 0) watched.delete(name);
  };
  /** Null if that is done. */
  const watch = (name: string, folder: string, tellsAll: boolean): Refused | null => {
    if (!watched.has(name) && watched.size >= room()) {
      return { is: "refused", why: "there is no room for more watches", isFull: true };
    }
    const before = watched.get(name)?.get(folder)?.tellsAll ?? false;
    remove(folder);
    watched.set(name, (watched.get(name) ?? new Map()).set(folder, { tellsAll: tellsAll || before }));
    return null;
  };
  return {
    add(folder) {
      const name = nameOf(disk, folder);
      const names = name === null ? undefined : disk.list(name);
      if (name === null || names === undefined) return { is: "missing" };
      try {
        disk.checkAccess(name, "reading");
      } catch {
        return { is: "refused", why: "permission denied", isFull: false };
      }
      const refused = watch(name, folder, true);
      if (refused !== null) return refused;
      const isFolder = (one: string) => disk.get(`${name === "/" ? "" : name}/${one}`)?.kind === "folder";
      return { is: "watched", folders: names.filter(isFolder), files: names.filter((one) => !isFolder(one)) };
    },
    mind(path) {
      const folder = nameOf(disk, folderOf(path));
      if (folder === null) return { is: "other" };
      const name = resolvePath(folder, baseName(path));
      const entry = disk.get(name);
      if (entry?.kind === "folder") {
        watch(name, path, false);
        return { is: "folder" };
      }
      const refused = disk.get(folder) === undefined ? null : watch(folder, folderOf(path), true);
      return refused ?? (entry?.kind === "link" ? { is: "link", to: entry.target } : { is: "other" });
    },
    remove,
    async next() {
      while (isOpen && changes.length === 0) await new Promise<void>((resolve) => wake = resolve);
      const told = changes;
      changes = [];
      return isOpen ? told : null;
    },
    close() {
      isOpen = false;
      disk.onChange.delete(onChange);
      wake();
    },
  };
}

function nameOf(disk: Disk, path: string): string | null {
  try {
    return disk.resolve(path);
  } catch {
    return null;
  }
}
