/** The tables of changes as lists, with the names by which people know the keys. */
import { isSameData } from "../../base/same_data.ts";
import type { ActorSpec, TreeSpec } from "../plan.ts";
import { ACTOR_CHANGES } from "./actor_changes.ts";
import type { Effect, KeyChange, TableChange } from "./key_change.ts";
import { TREE_CHANGES } from "./tree_changes.ts";

/** A key as a spec has it. */
export interface SpecKey<S> {
  /** As the file has it: `stop.grace`. */
  readonly name: string;
  readonly effect: Effect;
  /** Undefined where there is nothing that the key is about. */
  readonly of: (spec: S) => unknown;
  readonly isByName: boolean;
}

/** A key that two specs have otherwise. */
export interface ChangedKey {
  /** `stop.grace`, `env.LEVEL`. */
  readonly name: string;
  readonly effect: Effect;
}

type Members = Readonly<Record<string, unknown>>;

/** The keys that make the spec of an actor. */
export const ACTOR_SPEC_KEYS: readonly SpecKey<ActorSpec>[] = specKeys(ACTOR_CHANGES);

/** The keys that make the spec of a tree. */
export const TREE_SPEC_KEYS: readonly SpecKey<TreeSpec>[] = specKeys(TREE_CHANGES);

/** The keys that two specs have otherwise. */
export function changedKeys<S>(keys: readonly SpecKey<S>[], before: S, after: S): readonly ChangedKey[] {
  return keys.flatMap(({ name, effect, of, isByName }) => {
    const [one, other] = [of(before), of(after)];
    // A key of a table that one of the two does not have says nothing beside what says that.
    if (one === undefined || other === undefined || isSameData(one, other)) return [];
    if (!isByName) return [{ name, effect }];
    const [held, wanted] = [one as Members, other as Members];
    const names = new Set([...Object.keys(held), ...Object.keys(wanted)]);
    return [...names].filter((member) => !isSameData(held[member], wanted[member])).sort()
      .map((member) => ({ name: `${name}.${member}`, effect }));
  });
}

function specKeys<S>(
  changes: Readonly<Record<string, KeyChange<S> | TableChange<S>>>,
  prefix = "",
): readonly SpecKey<S>[] {
  return Object.entries(changes).flatMap(([key, change]): readonly SpecKey<S>[] => {
    const name = `${prefix}${key}`;
    if ("keys" in change) return specKeys(change.keys, `${name}.`);
    const { effect, of, isByName = false } = change;
    return of === null ? [] : [{ name, effect, of, isByName }];
  });
}
