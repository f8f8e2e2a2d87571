/** The interface of a format of another tool that `import` reads. */
import type { IncludeDisk } from "../config/include/disk.ts";
import type { DraftTree } from "./draft.ts";
import type { Finding } from "./finding.ts";

/** A file and what is in it. */
export interface SourceText {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** A file that is to be imported. Relative paths in it are relative to its folder, as a rule. */
export interface ImportSource extends SourceText {
  /** Where what the file includes is found. Nothing else of the machine is looked at, and nothing is run. */
  readonly disk: IncludeDisk;
  /** The environment of the shell, for the formats that put it into their values. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that were named beside it, or are in the folder that was: only for formats of many files. @default None */
  readonly others?: readonly SourceText[];
  /** Whether files of variables were named, which take the place of those that the tool looks for itself. @default No */
  readonly hasEnvFiles?: boolean;
  /** The values of options of the command line, by the names in `Importer.options`. @default Nothing */
  readonly options?: ReadonlyMap<string, string>;
}

/** An option of a tool: how many of each process there are, or the port of the first. */
export type ImportOption = "formation" | "port";

/** The result of an import. */
export interface Imported {
  readonly draft: DraftTree;
  readonly findings: readonly Finding[];
}

/** See the module. */
export interface Importer {
  /** The name of the format for `--from`, in lower case: `procfile`. */
  readonly name: string;
  /** The name of the format for people: `a Procfile`. */
  readonly title: string;
  /** Whether a file of this name, with this text, is one. */
  recognizes(baseName: string, text: string): boolean;
  /**
   * Whether a file of this name is one of many that are read together: a folder of them, or several that are named. Without
   * it, each file stands for itself.
   */
  readonly isOneOfMany?: (baseName: string) => boolean;
  /** Options of the tool's own command line that `import` has, too, and that this format takes. @default None */
  readonly options?: readonly ImportOption[];
  /** @throws {UserError} `import/not-readable` if the text is none of this format, with file, line and what was expected. */
  read(source: ImportSource): Imported | Promise<Imported>;
}
