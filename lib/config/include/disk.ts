/** The part of the disk that a compiler may look at to find the files of a configuration. */
import type { Problem } from "../problem.ts";

/** A name in a folder. */
export interface FolderEntry {
  readonly name: string;
  /** Whether it is a folder, or a link to one. */
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** The result of a look at a path. */
export type SourceFile =
  | {
    /** The path with all links resolved: it tells files apart, and what is relative in a file is relative to its folder. */
    readonly file: string;
    readonly text: string;
    /** Why the text is none, if it is none. */
    readonly problem: Problem | null;
  }
  /** Why there is none, as a clause. */
  | { readonly why: string };

/** See the module. */
export interface IncludeDisk {
  /** The entries of a folder; none if there is no such folder. Or the reason why they cannot be seen, as a clause. */
  readonly list: (folder: string) => readonly FolderEntry[] | { readonly why: string };
  /** Whether anything is at a path. */
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => SourceFile;
}
