/** The port to folders whose files are watched. */

/** A change of a name in a watched folder. */
export interface FolderChange {
  /** As it was given to `add`. */
  readonly folder: string;
  /** The name in it; null for the folder itself, which is gone and watched no more. */
  readonly name: string | null;
  /** `file`: it is there and was written, or has come; `folder`: one has come; `gone`: whatever it was. */
  readonly is: "file" | "folder" | "gone";
}

/** Why a folder cannot be watched. */
export interface Refused {
  readonly is: "refused";
  readonly why: string;
  /** Whether the machine has no room for more watches. */
  readonly isFull: boolean;
}

/** The result of an attempt to watch a folder. */
export type WatchedFolder =
  /** With what is in it, as of now or later: nothing that comes is missed. */
  | { readonly is: "watched"; readonly folders: readonly string[]; readonly files: readonly string[] }
  | { readonly is: "missing" }
  | Refused;

/** The kind of entry at a path; `other` is a file or nothing. */
export type Minded =
  | { readonly is: "folder" | "other" }
  | { readonly is: "link"; readonly to: string }
  | Refused;

/** Tells of what is written in folders. Nobody has to look meanwhile. A folder that has several names is told of by each. */
export interface FileWatcher {
  /**
   * Watches what is in a folder, but not in those below it, and that it is not moved. A link is followed, but none in it is
   * called a folder.
   */
  add(folder: string): WatchedFolder;
  /**
   * Says what is at a path, no link followed at its end, and tells when that becomes something else: of a folder that it is
   * gone, as far as it may be read, of all else by watching the folder that it is in.
   */
  mind(path: string): Minded;
  /** Watches it no more. */
  remove(folder: string): void;
  /** The changes since this was asked last, in order; "lost" if not all of it is known, null if it was closed. */
  next(): Promise<readonly FolderChange[] | "lost" | null>;
  close(): void;
}

/** See the module. */
export interface Watching {
  /** Null if the machine has no room for one. */
  open(): FileWatcher | null;
}
