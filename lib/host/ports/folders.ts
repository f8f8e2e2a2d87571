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

/** See the module. */
export interface Folders {
  /** Opens a folder; null if there is none of that name, or a link. No program that is started inherits it. */
  hold(name: string): HeldFolder | null;
}
