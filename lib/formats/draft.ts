/** A configuration that is being written: what an importer has made of a file, in the words of our language. */

import { grouped } from "../base/counted.ts";
import { formatDuration, parseDuration } from "../base/duration.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { ACTOR } from "../config/keys/actor.ts";

/** A value as TOML has it. A table in a value is written inline. */
export type DraftValue =
  | string
  | number
  | boolean
  | readonly DraftValue[]
  | { readonly [key: string]: DraftValue };

/** Keys of one table in the order in which they are written. */
export interface DraftTable {
  /** The lines of the comment above the table; empty for no comment. */
  readonly comments: string[];
  readonly keys: Map<string, DraftValue>;
  /** The comments at the ends of the lines of keys, by key. */
  readonly notes: Map<string, string>;
}

/** An actor of a draft. */
export interface DraftActor extends DraftTable {
  readonly name: string;
}

/** A supervisor of a draft: the whole file, or a nested tree. */
export interface DraftTree extends DraftTable {
  readonly actors: DraftActor[];
  readonly trees: (DraftTree & { readonly name: string })[];
  /** The `[defaults]`; without keys none are written. */
  readonly defaults: DraftTable;
}

/** A table without anything. */
export function draftTable(): DraftTable {
  return { comments: [], keys: new Map(), notes: new Map() };
}

/** A file without anything. */
export function draftTree(): DraftTree {
  return { ...draftTable(), actors: [], trees: [], defaults: draftTable() };
}

/** More than anybody runs: what has more is none of the files that it seems to be. */
const MOST_ACTORS = 2_000;

/**
 * Adds an actor, under a name that is free in the tree and that ours can have.
 *
 * @throws {UserError} `import/not-readable` if there are more than anybody runs.
 */
export function addActor(tree: DraftTree, wanted: string): DraftActor {
  if (tree.actors.length === MOST_ACTORS) {
    throw new UserError("import/not-readable", `The file names more than ${grouped(MOST_ACTORS)} processes`, {
      hint: "import it in parts",
      exitCode: ExitCode.badConfig,
    });
  }
  const actor: DraftActor = { ...draftTable(), name: freeName(tree, wanted) };
  tree.actors.push(actor);
  return actor;
}

/** Adds a nested tree, under a name that is free in the tree and that ours can have. */
export function addTree(tree: DraftTree, wanted: string): DraftTree & { readonly name: string } {
  const child = { ...draftTree(), name: freeName(tree, wanted) };
  tree.trees.push(child);
  return child;
}

function freeName(tree: DraftTree, wanted: string): string {
  const taken = new Set([...tree.actors, ...tree.trees].map(({ name }) => name));
  const name = actorNameOf(wanted);
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

/** Adds to a table that is the value of a key, such as `stop`; what is in it already under other keys stays. */
export function addTo(
  { keys }: DraftTable,
  key: string,
  more: { readonly [inner: string]: DraftValue },
): void {
  const present = keys.get(key);
  keys.set(key, { ...(typeof present === "object" && !Array.isArray(present) ? present : {}), ...more });
}

/** Puts keys in the order in which the reference has them; the others follow as they are. */
export function orderKeys(tree: DraftTree): void {
  for (const { keys } of [tree.defaults, ...tree.actors]) {
    const sorted = [...keys].sort(([one], [other]) => rankOf(one) - rankOf(other));
    keys.clear();
    for (const [key, value] of sorted) keys.set(key, value);
  }
  tree.trees.forEach(orderKeys);
}

const ORDER = new Map(Object.keys(ACTOR.keys).map((key, index) => [key, index]));

function rankOf(key: string): number {
  return ORDER.get(key) ?? ORDER.size;
}

/** The teardown of a tree that says nothing about it. */
const USUAL_TEARDOWN_MS = 30_000;
/** Between the longest stop of an actor and the end of all. */
const MARGIN_MS = 5_000;

/** Gives the whole tree the time that the slowest of its actors may take to stop. */
export function fitShutdown(draft: DraftTree): void {
  const longest = longestGrace(draft);
  if (longest > USUAL_TEARDOWN_MS) draft.keys.set("shutdown", formatDuration(longest + MARGIN_MS));
}

function longestGrace({ defaults, actors, trees }: DraftTree): number {
  const own = [defaults, ...actors].map(({ keys }) => {
    const stop = keys.get("stop");
    const grace = typeof stop === "object" && "grace" in stop ? stop.grace : null;
    return typeof grace === "string" ? parseDuration(grace) ?? 0 : 0;
  });
  return Math.max(0, ...own, ...trees.map(longestGrace));
}

/** The characters that no name of an actor may have, and the greatest length of a name. */
const NO_NAME_CHARACTERS = /[^A-Za-z0-9_-]+/g;
const LONGEST_NAME = 200;

/** The nearest name that one of our actors can have. */
export function actorNameOf(wanted: string): string {
  const name = wanted.replace(NO_NAME_CHARACTERS, "-").replace(/^[-_]+|[-_]+$/g, "").slice(0, LONGEST_NAME);
  return name === "" ? "actor" : name;
}
