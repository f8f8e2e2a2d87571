/** Folders that are held by a descriptor, and reached through it. */
import type { Folders } from "../ports/folders.ts";
import type { ByteSource } from "../ports/processes.ts";
import { watchFolders } from "./folder_watch.ts";
import { holdFolder } from "./held_folder.ts";
import { isUnmapped } from "./user_ids.ts";
import type { Libc } from "./libc.ts";

/** The folders of Linux; `openSource` reads a descriptor of inotify without blocking. */
export function linuxFolders(libc: Libc, openSource: (descriptor: number) => ByteSource): Folders {
  return {
    knowsUser: (uid) => !isUnmapped(uid),
    watch: (watched) => watchFolders(libc, openSource, watched),
    hold: (name) => holdFolder(libc, name),
  };
}
