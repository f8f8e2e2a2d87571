/** Folders that the kernel tells of, by inotify. */
import type { FolderWatch, Watched } from "../ports/folders.ts";
import type { ByteSource } from "../ports/processes.ts";
import { closeDescriptor } from "./descriptors.ts";
import { cString, type Libc, LINUX } from "./libc.ts";

const PLACE = LINUX.IN_MOVE_SELF | LINUX.IN_ONLYDIR;
const CONTENTS = PLACE | LINUX.IN_MOVED_FROM | LINUX.IN_MOVED_TO | LINUX.IN_DELETE | LINUX.IN_DELETE_SELF;

/** Watches folders; null if that cannot be done. A user may have some hundred watches at a time. */
export function watchFolders(
  libc: Libc,
  openSource: (descriptor: number) => ByteSource,
  { contents, places }: Watched,
): FolderWatch | null {
  const descriptor = libc.call.inotify_init1(LINUX.IN_CLOEXEC | LINUX.IN_NONBLOCK) as number;
  if (descriptor < 0) return null;
  const watch = (path: string, mask: number) =>
    libc.call.inotify_add_watch(descriptor, cString(path), mask) as number >= 0;
  // Of a folder that is watched twice the last watch counts.
  const isWatched = places.every((path) => watch(path, PLACE)) &&
    contents.every((path) => watch(path, CONTENTS));
  if (!isWatched) {
    closeDescriptor(libc, descriptor);
    return null;
  }
  const source = openSource(descriptor);
  return {
    // That something has changed is all that is read: the caller looks at the whole folder.
    changed: async () => await source.read() !== null,
    close: () => source.close(),
  };
}
