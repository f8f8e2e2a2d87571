/** The proposals of how a project is run, as `init` reads them from the files that are there. */
import type { DraftTree } from "../draft.ts";
import type { Finding } from "../finding.ts";

/** A configuration that could be written. */
export interface Proposal {
  /** The file that says so, as seen from the folder of the project; where it is several, their names in words. */
  readonly file: string;
  /** All of them, where it is of several. @default That one */
  readonly files?: readonly string[];
  /** The kind of the file or of the project, for people: `a Procfile`, `npm scripts`. */
  readonly title: string;
  /** Has at least one actor. */
  readonly draft: DraftTree;
  /** A command without which nothing of it would run, because packages are not installed yet. @default None is known */
  readonly before?: string;
  /** The changes and the losses, where the file is another tool's. */
  readonly findings: readonly Finding[];
}

/** A file of which nothing came. */
export interface Unusable {
  readonly file: string;
  /** Why, as a clause. */
  readonly why: string;
}

/** Finds out about one kind of project; null if this is none, or does not say what it runs. */
export type Detector = (folder: ProjectFolder) => Proposal | Unusable | null;

/** The folder of a project. Names are relative to it; whatever cannot be read is not there. */
export interface ProjectFolder {
  readonly text: (name: string) => string | null;
  /** Why there is no text where there is something of that name, as a clause; null if there is one. */
  readonly whyUnread: (name: string) => string | null;
  readonly has: (name: string) => boolean;
  /** Names of files in a folder, sorted; of the project's own without one. */
  readonly files: (name?: string) => readonly string[];
  /** Names of folders in a folder that may hold code, sorted. */
  readonly folders: (name?: string) => readonly string[];
}
