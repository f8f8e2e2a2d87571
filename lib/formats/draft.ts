/** A configuration that is being written: what an importer has made of a file, in the words of our language. */

/** A value as TOML has it. A table in a value is written inline. */
export type DraftValue =
  | string
  | number
  | boolean
  | readonly DraftValue[]
  | { readonly [key: string]: DraftValue };

/** Keys of one table in the order in which they are written. */
export interface DraftTable {
  /** What is said above the table, a line each; no line for none. */
  readonly comments: string[];
  readonly keys: Map<string, DraftValue>;
  /** What is said behind a key. */
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

/** Adds an actor, under a name that is free in the tree and that ours can have. */
export function addActor(tree: DraftTree, wanted: string): DraftActor {
  const actor: DraftActor = { ...draftTable(), name: freeName(tree, wanted) };
  tree.actors.push(actor);
  return actor;
}

function freeName(tree: DraftTree, wanted: string): string {
  const taken = new Set([...tree.actors, ...tree.trees].map(({ name }) => name));
  const name = actorNameOf(wanted);
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

/** What names of actors have no place for, and how long they may be. */
const NO_NAME_CHARACTERS = /[^A-Za-z0-9_-]+/g;
const LONGEST_NAME = 200;

/** The nearest name that one of our actors can have. */
export function actorNameOf(wanted: string): string {
  const name = wanted.replace(NO_NAME_CHARACTERS, "-").replace(/^[-_]+|[-_]+$/g, "").slice(0, LONGEST_NAME);
  return name === "" ? "actor" : name;
}
