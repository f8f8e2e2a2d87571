import type { Keys, TableKind } from "../values/key.ts";
import { ACTOR } from "./actor.ts";
import { ALERT } from "./alert.ts";
import { BACKOFF } from "./backoff.ts";
import { CGROUP } from "./cgroup.ts";
import { DEFAULTS } from "./defaults.ts";
import { HEALTH } from "./health.ts";
import { HOOKS } from "./hooks.ts";
import { INTENSITY } from "./intensity.ts";
import { LOG } from "./log.ts";
import { READY } from "./ready.ts";
import { STOP } from "./stop.ts";
import { INCLUDED, ROOT_TREE, TREE } from "./supervisor.ts";
import { WATCH } from "./watch.ts";

/** Every kind of table that a file can have. */
export const KINDS: readonly TableKind<Keys>[] = [
  ROOT_TREE,
  INCLUDED,
  TREE,
  ACTOR,
  DEFAULTS,
  INTENSITY,
  BACKOFF,
  READY,
  HEALTH,
  STOP,
  WATCH,
  LOG,
  CGROUP,
  ALERT,
  HOOKS,
];

/** The kinds of table that know `key`, as messages call them. */
export function placesOf(key: string): readonly string[] {
  return KINDS.filter((kind) => Object.hasOwn(kind.keys, key)).map((kind) => kind.title);
}
