import type { Keys, LaterKey } from "../values/key.ts";

/**
 * How a key of a tree that runs is changed:
 *
 * - `restart`: the process was started with it, and is started anew;
 * - `in_place`: it is a rule for what happens from now on, and no process is touched;
 * - `refused`: it stands as long as the supervisor does;
 * - `below`: it says what is in the tree, or what that inherits, and is told there.
 */
export type Effect = "restart" | "in_place" | "refused" | "below";

/** The effect of a changed key on a running tree. */
export interface KeyChange<S> {
  readonly effect: Effect;
  /** The part of a spec that the key is compiled to; null where another key has it, with which it is compiled to one. */
  readonly of: ((spec: S) => unknown) | null;
  /** Whether that is told of name by name, as variables are. */
  readonly isByName?: boolean;
}

/** A table of a key of its own: each of its keys is told of by itself. */
export interface TableChange<S> {
  readonly keys: Readonly<Record<string, KeyChange<S>>>;
}

/** The effect of each key of a table: none can be left out. */
export type ChangesOf<K extends Keys, S> = {
  readonly [N in keyof K as K[N] extends LaterKey ? never : N]: KeyChange<S> | TableChange<S>;
};

/** The same for a table without tables in it. */
export type FlatChangesOf<K extends Keys, S> = {
  readonly [N in keyof K as K[N] extends LaterKey ? never : N]: KeyChange<S>;
};

/** A key that a process is started with. */
export function restart<S>(of: (spec: S) => unknown): KeyChange<S> {
  return { effect: "restart", of };
}

/** A key that is a rule. */
export function inPlace<S>(of: (spec: S) => unknown): KeyChange<S> {
  return { effect: "in_place", of };
}

/** A key that stands as long as the supervisor. */
export function refused<S>(of: (spec: S) => unknown): KeyChange<S> {
  return { effect: "refused", of };
}

/** A key that is compiled to one with another, which tells of both. */
export function withAnother(effect: Effect): KeyChange<unknown> {
  return { effect, of: null };
}
