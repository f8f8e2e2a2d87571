import type { FolderInfo } from "../ports/files.ts";
import type { Folders, HeldFolder } from "../ports/folders.ts";
import type { Disk } from "./disk.ts";
import type { FakeFiles } from "./fake_files.ts";

/** Folders of a fake disk that are held on to. */
export function fakeFolders(disk: Disk, files: FakeFiles): Folders {
  return {
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
