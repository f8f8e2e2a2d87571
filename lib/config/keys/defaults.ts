import type { Keys, TableKind } from "../values/key.ts";
import { ACTOR } from "./actor.ts";

/** The keys that say what one actor is: what it runs, what it waits for, what only it can have. */
const INDIVIDUAL = [
  "exec",
  "shell",
  "script",
  "module",
  "export",
  "params",
  "args",
  "depends_on",
  "health",
  "replicas",
  "schedule",
  "watch",
  "sockets",
] as const satisfies readonly (keyof typeof ACTOR.keys)[];

const DEFAULTS_KEYS = without(ACTOR.keys, INDIVIDUAL);

/** `[defaults]`: what every actor below inherits. */
export const DEFAULTS: TableKind<typeof DEFAULTS_KEYS> = {
  name: "defaults",
  title: "[defaults]",
  keys: DEFAULTS_KEYS,
};

function without<K extends Keys, N extends keyof K>(keys: K, names: readonly N[]): Omit<K, N> {
  const kept = Object.entries(keys).filter(([name]) => !names.some((left) => left === name));
  return Object.fromEntries(kept) as Omit<K, N>;
}
