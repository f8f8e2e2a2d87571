/**
 * Reads a configuration: the file that is started, and all that it includes. The declarations of an included file become part of
 * the root supervisor, behind what the file that includes it declares itself, in the order of `include`.
 *
 * Its `[defaults]`, `env` and `env_file` are for what it declares or includes itself, over those of the file that includes
 * it: a file never changes what another one says.
 */
import { folderOf } from "../../base/posix_path.ts";
import type { IncludeDisk } from "../include/disk.ts";
import { findFiles, isWild } from "../include/find_files.ts";
import type { Variables } from "../keys/env.ts";
import type { IncludePattern } from "../keys/include.ts";
import { INCLUDED, ROOT_TREE } from "../keys/supervisor.ts";
import type { TableItem } from "../toml/item.ts";
import { parseDocument } from "../toml/parse.ts";
import type { SourceText, Span } from "../toml/source.ts";
import type { Field } from "../values/compound.ts";
import { readTable } from "../values/table.ts";
import type { Reading } from "../values/type.ts";
import { quote } from "../wording.ts";
import type { DeclaredActor, DeclaredTree } from "./declared.ts";
import { layersOf, NO_DEFAULTS } from "./defaults.ts";
import { type DefaultsReader, defaultsReader } from "./read_defaults.ts";
import { childrenOf, inOrder } from "./read_tree.ts";

/** More are a mistake, and so are files that include each other more deeply. */
const MOST_FILES = 1_000;
const MAX_DEPTH = 16;

/** The result of reading. */
export interface ReadRoot {
  readonly root: DeclaredTree;
  /** Whether all files could be read; without one of them, names of it would seem to lead nowhere. */
  readonly isWhole: boolean;
  /** Globs that stand for no file, as the files have them. */
  readonly unmatched: readonly string[];
}

/** Where the files of a configuration come from. */
export interface Files {
  readonly disk: IncludeDisk;
  /** Takes the text of a file among those that problems can be told of. */
  readonly add: (file: string, text: string) => SourceText;
  /** The file that is started. */
  readonly file: string;
  /** A document with the numbers of replicas that somebody has asked for. */
  readonly scale: (document: TableItem) => TableItem;
}

/** The values that all of a file's children inherit. */
interface Inherited {
  readonly defaults: DefaultsReader;
  /** Variables, the weakest first. */
  readonly layers: readonly Variables[];
}

type Child = DeclaredActor | DeclaredTree;

/** See the module. */
export function readRoot(table: TableItem, reading: Reading, files: Files): ReadRoot {
  const before = reading.report.errorCount();
  const { fields, present } = readTable(table, ROOT_TREE, reading);
  const defaults = defaultsReader(table, () => NO_DEFAULTS, reading);
  const including = new Including(files);
  const children = inOrder(
    [
      ...childrenOf(table, defaults, 0, reading),
      ...including.read(fields.include, { defaults, layers: [] }, reading, [files.file]),
    ],
    reading,
  );
  const isSound = reading.report.errorCount() === before;
  const { dir } = reading.placeholders;
  const root = {
    kind: "tree",
    name: "",
    at: table.span,
    dir,
    fields,
    present,
    layers: layersOf(fields),
  } as const;
  return {
    root: { ...root, isSound, children },
    isWhole: including.isWhole,
    unmatched: including.unmatched,
  };
}

class Including {
  readonly #files: Files;
  /** Where each file that was included is named. */
  readonly #included = new Map<string, Span>();
  readonly unmatched: string[] = [];
  isWhole = true;

  constructor(files: Files) {
    this.#files = files;
  }

  /** @param chain The files that lead here, the one that is started first. */
  read(
    field: Field<IncludePattern | readonly IncludePattern[]> | undefined,
    inherited: Inherited,
    reading: Reading,
    chain: readonly string[],
  ): readonly Child[] {
    const own = new Set<string>();
    return [field?.value ?? []].flat().flatMap((entry) =>
      this.#pathsOf(entry, reading).flatMap((path) =>
        this.#readFile(path, entry, inherited, reading, chain, own)
      )
    );
  }

  #pathsOf(entry: IncludePattern, reading: Reading): readonly string[] {
    const found = findFiles(entry, this.#files.disk);
    if ("why" in found) {
      this.#refuse(
        "config/include-missing",
        `cannot find ${quote(entry.pattern)}: ${found.why}`,
        entry,
        reading,
        null,
      );
      return [];
    }
    if (found.paths.length === 0) this.unmatched.push(entry.pattern);
    return found.paths;
  }

  #readFile(
    path: string,
    entry: IncludePattern,
    inherited: Inherited,
    reading: Reading,
    chain: readonly string[],
    own: Set<string>,
  ): readonly Child[] {
    const { add, disk, scale } = this.#files;
    const source = disk.read(path);
    if ("why" in source) {
      const hint = isWild(entry.pattern)
        ? "a glob stands for all files that it matches: remove this one, or give it another name"
        : 'a path must lead to a file that can be read; a glob such as "conf.d/*.toml" may match none';
      this.#refuse(
        "config/include-missing",
        `cannot read ${quote(path)}: ${source.why}`,
        entry,
        reading,
        hint,
      );
      return [];
    }
    const { file, text, problem } = source;
    // Two patterns of one list may match the same file: the first says where it stands.
    if (own.has(file) || !this.#isNew(file, entry, reading, chain)) return [];
    own.add(file);
    this.#included.set(file, entry.at);
    const added = add(file, text);
    if (problem !== null) reading.report.addProblem({ ...problem, file });
    const table = problem === null ? parseDocument(added, reading.report) : null;
    if (table === null) {
      this.isWhole = false;
      return [];
    }
    const placeholders = { ...reading.placeholders, dir: folderOf(file) };
    return this.#readIncluded(scale(table), inherited, { ...reading, placeholders }, [...chain, file]);
  }

  #readIncluded(
    table: TableItem,
    inherited: Inherited,
    reading: Reading,
    chain: readonly string[],
  ): readonly Child[] {
    const { fields } = readTable(table, INCLUDED, {
      ...reading,
      placesOf: (key) =>
        reading.placesOf(key).map((place) =>
          place === ROOT_TREE.title ? "the file that includes this one" : place
        ),
    });
    const defaults = defaultsReader(table, inherited.defaults, reading);
    const layers = [...inherited.layers, ...layersOf(fields)];
    const children = childrenOf(table, defaults, 0, reading)
      .map((child) => ({ ...child, layers: [...layers, ...child.layers] }));
    return [...children, ...this.read(fields.include, { defaults, layers }, reading, chain)];
  }

  /** Whether a file may be included here; reports why not. */
  #isNew(file: string, entry: IncludePattern, reading: Reading, chain: readonly string[]): boolean {
    const at = chain.indexOf(file);
    const earlier = this.#included.get(file);
    if (at !== -1) {
      const cycle = [...chain.slice(at), file].join(" -> ");
      this.#refuse(
        "config/include-cycle",
        `a file includes itself: ${cycle}`,
        entry,
        reading,
        isWild(entry.pattern)
          ? 'put what is included into a folder of its own, as in "conf.d/*.toml"'
          : "remove this entry",
      );
    } else if (earlier !== undefined) {
      const where = reading.report.whereIs(earlier, entry.at);
      const message = `${quote(file)} is already included, ${where}`;
      this.#refuse(
        "config/included-twice",
        message,
        entry,
        reading,
        "keep one of the two: its actors are part of one tree",
      );
    } else if (chain.length > MAX_DEPTH) {
      const message = `files include each other at most ${MAX_DEPTH} levels deep`;
      this.#refuse("config/too-deep", message, entry, reading, null);
    } else if (this.#included.size >= MOST_FILES) {
      const message = `a configuration has at most ${MOST_FILES} files`;
      this.#refuse("config/too-many-files", message, entry, reading, "write several actors into one file");
    } else return true;
    return false;
  }

  #refuse(
    name: Parameters<Reading["report"]["add"]>[0],
    message: string,
    { at }: IncludePattern,
    { report }: Reading,
    hint: string | null,
  ): void {
    this.isWhole = false;
    report.add(name, at, message, { hint });
  }
}
