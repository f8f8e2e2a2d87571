/** What a format of another tool has to offer so that `export` writes it. */
import type { Plan } from "../config/plan.ts";
import type { Finding } from "./finding.ts";

/** What is to be exported. */
export interface ExportSource {
  /** The compiled configuration. */
  readonly plan: Plan;
  /** Where a key of an actor, or of the tree (an empty path), stands in the files; null if it is a default. */
  readonly placeOf: (path: string, key: string) => { readonly file: string; readonly line: number } | null;
  /** The program that the units start, for formats that run the whole tree by it. */
  readonly supervise: string;
}

/** A file of another tool. */
export interface ExportedFile {
  /** A name without folders, as the tool expects it: `shop.service`. */
  readonly name: string;
  readonly text: string;
}

/** What came of it. */
export interface Exported {
  /** At least one. */
  readonly files: readonly ExportedFile[];
  readonly findings: readonly Finding[];
}

/** See the module. */
export interface Exporter {
  /** What the word behind `export` is, in lower case: `systemd`. */
  readonly name: string;
  /** What people call it: `systemd units`. */
  readonly title: string;
  write(source: ExportSource): Exported | Promise<Exported>;
}
