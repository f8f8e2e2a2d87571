/** The interface of a format of another tool that `export` writes. */
import type { Plan } from "../config/plan.ts";
import type { Finding } from "./finding.ts";

/** The part that becomes a service of the other tool: the whole tree, which `supervise up` runs, or each actor. */
export type Per = "tree" | "actor";

/** The input of an export. */
export interface ExportSource {
  /** The compiled configuration. */
  readonly plan: Plan;
  /** Where a key of an actor, or of the tree (an empty path), stands in the files: `stop.grace`; null if it is a default. */
  readonly placeOf: (path: string, key: string) => { readonly file: string; readonly line: number } | null;
  /** Absolute path of the program that runs the whole tree, and its first arguments, for formats that have it do so. */
  readonly supervise: readonly string[];
  readonly per: Per;
  /** The image of containers; null if none was named. */
  readonly image: string | null;
  /** The variables of the shell that stand in the files. */
  readonly variables: ReadonlySet<string>;
  /** The text of one of the plan's files, secrets and all; null if it is gone. */
  readonly textOf: (file: string) => string | null;
}

/** A file of another tool. */
export interface ExportedFile {
  /** A name without folders, as the tool expects it: `shop.service`. */
  readonly name: string;
  readonly text: string;
}

/** The result of an export. */
export interface Exported {
  /** At least one. */
  readonly files: readonly ExportedFile[];
  readonly findings: readonly Finding[];
}

/** See the module. */
export interface Exporter {
  /** The word behind `export`, in lower case: `systemd`. */
  readonly name: string;
  /** The name of the format for people: `systemd units`. */
  readonly title: string;
  /** The parts that the format can make services of, the default first. */
  readonly per: readonly [Per, ...Per[]];
  /** Whether it takes an image. @default false */
  readonly hasImage?: boolean;
  /** @throws {UserError} `export/no-image` if it cannot do without an image. */
  write(source: ExportSource): Exported | Promise<Exported>;
}
