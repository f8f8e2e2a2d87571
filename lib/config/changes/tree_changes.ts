import type { ROOT_TREE, TREE } from "../keys/supervisor.ts";
import type { TreeSpec } from "../plan.ts";
import { CHILD_CHANGES, INTENSITY_CHANGES } from "./actor_changes.ts";
import { type ChangesOf, inPlace, refused, withAnother } from "./key_change.ts";

/** The effect of changed keys on a running tree: all keys of the language that a nested tree has. */
export const TREE_CHANGES = {
  strategy: inPlace(({ strategy }) => strategy),
  intensity: { keys: INTENSITY_CHANGES },
  on_failure: inPlace(({ onFailure }) => onFailure),
  auto_shutdown: inPlace(({ autoShutdown }) => autoShutdown),
  shutdown: inPlace(({ shutdownMs }) => shutdownMs),
  start: inPlace(({ start }) => start),
  concurrency: inPlace(({ concurrency }) => concurrency),
  isolate: refused(({ isolate }) => isolate),
  on_supervisor_death: refused(({ onSupervisorDeath }) => onSupervisorDeath),
  env: withAnother("below"),
  env_file: withAnother("below"),
  defaults: withAnother("below"),
  actors: withAnother("below"),
  trees: withAnother("below"),
  ...CHILD_CHANGES,
} satisfies ChangesOf<typeof TREE.keys, TreeSpec>;

/** The keys of the file's top level that no other tree has. */
export const ROOT_CHANGES = {
  name: withAnother("in_place"),
  include: withAnother("below"),
  alerts: withAnother("in_place"),
} satisfies ChangesOf<Omit<typeof ROOT_TREE.keys, keyof typeof TREE.keys>, TreeSpec>;
