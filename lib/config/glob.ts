/**
 * Globs over paths: `?` is any character of a name, `*` any part of one, `**` any number of names.
 *
 * A glob comes from any client of a supervisor, so that it is not made into a regular expression: those try every way
 * to share a text among their stars, of which there are more than a supervisor has time for.
 */

/** Says whether a path matches. */
export type Glob = (path: string) => boolean;

/** One part of a glob: from the places in `path` that may be reached before it to those after it. */
type Token = (reached: readonly boolean[], path: readonly string[]) => readonly boolean[];

/** Compiles a glob. It takes time in proportion to its length and to that of each path. */
export function compileGlob(glob: string): Glob {
  const tokens = [...glob.matchAll(/\*\*\/|\*\*|[\s\S]/gu)].map(([part]) => STARS[part] ?? character(part));
  return (path) => {
    const characters = [...path];
    let reached: readonly boolean[] = [true, ...characters.map(() => false)];
    for (const token of tokens) {
      reached = token(reached, characters);
      if (!reached.includes(true)) return false;
    }
    return reached.at(-1)!;
  };
}

const STARS: Readonly<Record<string, Token>> = {
  "?": step((character) => character !== "/"),
  "*": repeat((character) => character !== "/"),
  "**": repeat(() => true),
  // No names at all, or any number of them with the slash behind the last.
  "**/": (reached, path) => {
    const first = reached.indexOf(true);
    return reached.map((here, at) => here || (at > first && path[at - 1] === "/"));
  },
};

function character(wanted: string): Token {
  return step((character) => character === wanted);
}

function step(accepts: (character: string) => boolean): Token {
  return (reached, path) => reached.map((_, at) => at > 0 && reached[at - 1]! && accepts(path[at - 1]!));
}

function repeat(accepts: (character: string) => boolean): Token {
  return (reached, path) => {
    let before = false;
    return reached.map((here, at) => before = here || (before && accepts(path[at - 1]!)));
  };
}
