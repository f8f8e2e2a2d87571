/** Which folders are to be watched for the sake of an actor, and which of what is in them counts. */
import { compileGlob, type Glob } from "../../config/glob.ts";
import type { Watch } from "../../config/plan.ts";

/** Files that never count below a watched folder: those that editors leave for a moment, and those that other tools keep there. */
const NEVER_COUNTS = [
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  "*~",
  ".#*",
  "#*#",
  ".*.sw?",
  ".*.sw??",
  "4913",
  "*.kate-swp",
  "*___jb_*___",
];

const WILD = /[?*]/;

/** A part of a path, that of a glob, or null for any number of them. */
type Part = Glob | null;

/** One of the paths and globs of an actor. */
interface Pattern {
  /** The part before the first wildcard. */
  readonly base: string;
  readonly whole: Glob;
  readonly parts: readonly Part[];
}

/** Facts about a path; both hold for all that is in it, too. */
interface Standing {
  readonly isMeant: boolean;
  readonly isIgnored: boolean;
}

const OUTSIDE: Standing = { isMeant: false, isIgnored: false };

/** See the module. */
export class WatchPattern {
  /** The files and folders that all that counts is in, or is. */
  readonly bases: readonly string[];
  readonly #patterns: readonly Pattern[];
  readonly #ignoredNames: ReadonlySet<string>;
  readonly #ignoredNameGlobs: readonly Glob[];
  readonly #ignored: readonly Glob[];
  /** That of the folder which was asked about last: changes come in crowds, and those of a folder together. */
  readonly #lastFolders = new Map<Pattern, { readonly path: string; readonly standing: Standing }>();

  constructor({ paths, ignore }: Pick<Watch, "paths" | "ignore">) {
    this.#patterns = paths.map(patternOf);
    this.bases = [...new Set(this.#patterns.map(({ base }) => base))];
    const names = [...NEVER_COUNTS, ...ignore.filter((glob) => !glob.includes("/"))];
    this.#ignoredNames = new Set(names.filter((name) => !WILD.test(name)));
    this.#ignoredNameGlobs = names.filter((name) => WILD.test(name)).map(compileGlob);
    this.#ignored = ignore.filter((glob) => glob.includes("/")).map(compileGlob);
  }

  /** Whether a file counts. */
  counts(path: string): boolean {
    return this.#patterns.some((pattern) => {
      const { isMeant, isIgnored } = this.#standing(pattern, path);
      return isMeant && !isIgnored;
    });
  }

  /** Whether there may be files that count in a folder, or below it. */
  mayHold(folder: string): boolean {
    return this.#patterns.some((pattern) =>
      isIn(pattern.base, folder)
        ? mayMatchBelow(pattern.parts, partsOf(folder)) && !this.#standing(pattern, folder).isIgnored
        : isIn(folder, pattern.base) && !prefixesOf(folder).some((path) => this.#isIgnoredPath(path))
    );
  }

  #standing(pattern: Pattern, path: string): Standing {
    const { base, whole } = pattern;
    if (!isIn(base, path)) return OUTSIDE;
    // That it is watched itself says that it counts, whatever it is called.
    if (path === base) {
      return {
        isMeant: whole(path),
        isIgnored: prefixesOf(path).some((above) => this.#isIgnoredPath(above)),
      };
    }
    const slash = path.lastIndexOf("/");
    const folder = this.#standingOfFolder(pattern, path.slice(0, slash) || "/");
    return {
      isMeant: folder.isMeant || whole(path),
      isIgnored: folder.isIgnored || this.#isIgnoredName(path.slice(slash + 1)) || this.#isIgnoredPath(path),
    };
  }

  #standingOfFolder(pattern: Pattern, path: string): Standing {
    const last = this.#lastFolders.get(pattern);
    if (last?.path === path) return last.standing;
    const standing = this.#standing(pattern, path);
    this.#lastFolders.set(pattern, { path, standing });
    return standing;
  }

  #isIgnoredName(name: string): boolean {
    return this.#ignoredNames.has(name) || this.#ignoredNameGlobs.some((ignores) => ignores(name));
  }

  #isIgnoredPath(path: string): boolean {
    return this.#ignored.some((ignores) => ignores(path));
  }
}

/** Whether a path is a folder, or below it. */
export function isIn(folder: string, path: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}

function patternOf(glob: string): Pattern {
  const names = partsOf(glob);
  const wild = names.findIndex((name) => WILD.test(name));
  const plain = wild < 0 ? names : names.slice(0, wild);
  return {
    base: `/${plain.join("/")}`,
    whole: compileGlob(glob),
    parts: names.map((name) => name.includes("**") ? null : compileGlob(name)),
  };
}

/** Whether some path below a folder, or the folder itself, may match. */
function mayMatchBelow(parts: readonly Part[], names: readonly string[]): boolean {
  for (const [at, name] of names.entries()) {
    const part = parts[at];
    // All that is in a folder that matches counts.
    if (part === undefined || part === null) return true;
    if (!part(name)) return false;
  }
  return true;
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

/** `/a/b`: `/`, `/a`, `/a/b`. */
function prefixesOf(path: string): readonly string[] {
  const names = partsOf(path);
  return ["/", ...names.map((_, at) => `/${names.slice(0, at + 1).join("/")}`)];
}
