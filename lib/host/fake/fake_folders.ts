import { folderOf } from "../../base/posix_path.ts";
import type { FolderInfo } from "../ports/files.ts";
import type { Folders, FolderWatch, HeldFolder, Watched } from "../ports/folders.ts";
import type { Disk, NameChange } from "./disk.ts";
import type { FakeFiles } from "./fake_files.ts";

/** Folders of a fake disk that are held on to. */
export function fakeFolders(disk: Disk, files: FakeFiles): Folders {
  return {
    knowsUser: () => true,
    watch: (watched) => watchDisk(disk, watched),
    hold(name) {
      const info = files.inspectFolder(name);
      if (info?.isFolder !== true) return null;
      return heldFolder(disk, disk.resolve(name), info);
    },
  };
}

function heldFolder(disk: Disk, name: string, info: FolderInfo): HeldFolder {
  const path = disk.hold(name);
  return {
    ...info,
    path,
    isRemoved: () => disk.nameOf(path) === null,
    isAt: (name) => disk.nameOf(path) === name,
    become: (other) => disk.reassign(path, other.path),
    close: () => {},
  };
}

function watchDisk(disk: Disk, { contents, places }: Watched): FolderWatch | null {
  const paths = [...contents, ...places];
  if (!paths.every((path) => isFolder(disk, path))) return null;
  const hold = (path: string) => disk.hold(disk.resolve(path));
  const [within, itself] = [contents.map(hold), paths.map(hold)];
  let hasChanged = false;
  let isOpen = true;
  let wake = () => {};
  const onChange = (name: string, what: NameChange) => {
    if (what === "written") return;
    const isMeant = within.some((held) => disk.nameOf(held) === folderOf(name)) ||
      itself.some((held) => disk.nameOf(held) === name);
    if (!isMeant) return;
    hasChanged = true;
    wake();
  };
  disk.onChange.add(onChange);
  return {
    async changed() {
      while (isOpen && !hasChanged) await new Promise<void>((resolve) => wake = resolve);
      hasChanged = false;
      return isOpen;
    },
    close() {
      isOpen = false;
      disk.onChange.delete(onChange);
      wake();
    },
  };
}

function isFolder(disk: Disk, path: string): boolean {
  try {
    return disk.get(disk.resolve(path))?.kind === "folder";
  } catch {
    return false;
  }
}
