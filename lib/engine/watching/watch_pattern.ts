/** Which folders are to be watched for the sake of an actor, and which of what is in them counts. */
import { compileGlob, type Glob } from "../../config/glob.ts";
import type { Watch } from "../../config/plan.ts";

/** What never counts below a folder that is watched: what editors leave for a moment, and what others keep there. */
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
  readonly depth: number;
  readonly whole: Glob;
  readonly parts: readonly Part[];
}

/** See the module. */
export class WatchPattern {
  readonly #patterns: readonly Pattern[];
  readonly #ignoredNames: readonly Glob[];
  readonly #ignored: readonly Glob[];

  constructor({ paths, ignore }: Pick<Watch, "paths" | "ignore">) {
    this.#patterns = paths.map(patternOf);
    const isName = (glob: string) => !glob.includes("/");
    this.#ignoredNames = [...NEVER_COUNTS, ...ignore.filter(isName)].map(compileGlob);
    this.#ignored = ignore.filter((glob) => !isName(glob)).map(compileGlob);
  }

  /** The files and folders that all that counts is in, or is. */
  get bases(): readonly string[] {
    return [...new Set(this.#patterns.map(({ base }) => base))];
  }

  /** Whether a file counts. */
  counts(path: string): boolean {
    const above = prefixesOf(path);
    return this.#patterns.some(({ whole, depth }) =>
      above.slice(depth).some(whole) && !this.#isIgnored(above, depth)
    );
  }

  /** Whether there may be files that count in a folder, or below it. */
  mayHold(folder: string): boolean {
    const above = prefixesOf(folder);
    const names = partsOf(folder);
    return this.#patterns.some(({ parts, depth, base }) =>
      (isIn(folder, base) || isIn(base, folder)) && mayMatchBelow(parts, names) &&
      !this.#isIgnored(above, depth)
    );
  }

  /** By a name below the base, or as a whole. */
  #isIgnored(above: readonly string[], depth: number): boolean {
    return above.some((path, at) =>
      this.#ignored.some((ignores) => ignores(path)) ||
      (at > depth && this.#ignoredNames.some((ignores) => ignores(path.slice(path.lastIndexOf("/") + 1))))
    );
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
    depth: plain.length,
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
