import { folderOf } from "../../base/posix_path.ts";
import type { FileWatcher, FolderChange, Watching } from "../ports/watching.ts";
import type { Disk, NameChange } from "./disk.ts";

/** Watching of a fake disk, with room for so many folders. */
export function fakeWatching(disk: Disk, room: () => number): Watching {
  return { open: () => watcherOf(disk, room) };
}

function watcherOf(disk: Disk, room: () => number): FileWatcher {
  /** By the name that a folder has in truth, as it was given. */
  const watched = new Map<string, string>();
  let changes: FolderChange[] = [];
  let isOpen = true;
  let wake = () => {};
  const push = (change: FolderChange) => {
    changes.push(change);
    wake();
  };
  const onChange = (name: string, what: NameChange) => {
    const itself = watched.get(name);
    if (what === "gone" && itself !== undefined) {
      watched.delete(name);
      push({ folder: itself, name: null, is: "gone" });
    }
    const folder = watched.get(folderOf(name));
    if (folder === undefined || what === "replaced") return;
    const is = what === "gone" ? what : disk.get(name)?.kind === "folder" ? "folder" : "file";
    push({ folder, name: name.slice(name.lastIndexOf("/") + 1), is });
  };
  disk.onChange.add(onChange);
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
      if (!watched.has(name) && watched.size >= room()) {
        return { is: "refused", why: "there is no room for more watches", isFull: true };
      }
      watched.set(name, folder);
      const isFolder = (one: string) => disk.get(`${name === "/" ? "" : name}/${one}`)?.kind === "folder";
      return { is: "watched", folders: names.filter(isFolder), files: names.filter((one) => !isFolder(one)) };
    },
    remove(folder) {
      for (const [name, given] of watched) if (given === folder) watched.delete(name);
    },
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
