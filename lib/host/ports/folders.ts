/** The port to folders that are held on to: whatever becomes of their names meanwhile, they stay the same. */
import type { FolderInfo } from "./files.ts";

/** A folder that this process has open, as it was when it was opened. */
export interface HeldFolder extends FolderInfo {
  /** Leads this process, and no other, to that very folder. */
  readonly path: string;
  /** Whether the folder itself has been removed since. */
  isRemoved(): boolean;
  /** Whether a name leads to it now. */
  isAt(name: string): boolean;
  /** Lets `path` lead to another folder from now on, which is handed over with that. */
  become(other: HeldFolder): void;
  close(): void;
}

/** Tells that something has changed in folders. Nobody has to look meanwhile. */
export interface FolderWatch {
  /**
   * Resolves when something has changed since this was asked last, or since the watch began: true. False if the watch tells
   * nothing any more.
   */
  changed(): Promise<boolean>;
  close(): void;
}

/** The watched part of folders. A link in a path is followed. */
export interface Watched {
  /** For what is removed from them, moved into them or out of them, and for moves of their own. */
  readonly contents: readonly string[];
  /** For moves of their own alone. */
  readonly places: readonly string[];
}

/** See the module. */
export interface Folders {
  /** Whether what belongs to a user can be told from what others have: not in a user namespace that does not know that user. */
  knowsUser(uid: number): boolean;
  /** Opens a folder; null if there is none of that name, or a link. No program that is started inherits it. */
  hold(name: string): HeldFolder | null;
  /**
   * Watches folders, as they are now. Null where one of them cannot be watched, or where the machine has no room for more
   * watches. Of what is mounted over a folder no watch tells, nor of a folder that was empty when it was removed.
   */
  watch(watched: Watched): FolderWatch | null;
}
