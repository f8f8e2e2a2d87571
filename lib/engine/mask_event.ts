/**
 * Keeps secrets out of everything that a supervisor records and says: each event is masked before it enters the inbox, so the
 * state, the journal and every answer are made of masked words alone. A new kind of event has to say here what of it is text.
 */
import type { Masker } from "../config/mask.ts";
import type { ActorError } from "../supervision/actor_error.ts";
import type { Crash } from "../supervision/crash.ts";
import type { TreeEvent } from "../supervision/event.ts";

type OfType<T extends TreeEvent["type"]> = Extract<TreeEvent, { readonly type: T }>;

/** How an event of each type is masked; null for those without words of their own. */
type Masks = {
  readonly [T in TreeEvent["type"]]: ((event: OfType<T>, mask: Masker) => OfType<T>) | null;
};

const MASKS: Masks = {
  begun: null,
  resumed: null,
  plan_given: null,
  files_changed: (event, { text }) => ({ ...event, files: event.files.map(text) }),
  time_passed: null,
  noted: (event, { data }) => ({ ...event, data: data(event.data) }) as OfType<"noted">,
  lacked: (event, { text }) => ({ ...event, message: text(event.message) }),
  made: null,
  spawned: null,
  spawn_failed: (event, { text }) => ({ ...event, message: text(event.message) }),
  probed: (event, { text }) => {
    const { answer } = event;
    return answer.says === "not_ready" ? { ...event, answer: { ...answer, why: text(answer.why) } } : event;
  },
  joined: null,
  parted: null,
  held: (event, { data }) => ({ ...event, crash: data(event.crash) as Crash }),
  released: null,
  stop_command_ended: null,
  hook_ended: (event, { text }) => {
    const { end } = event;
    return end.how === "not_started" ? { ...event, end: { ...end, message: text(end.message) } } : event;
  },
  exited: (event, { data }) => ({ ...event, error: data(event.error) as ActorError | null }),
  told: (event, { text }) =>
    "text" in event.told ? { ...event, told: { ...event.told, text: text(event.told.text) } } : event,
  cleared: null,
  looked: null,
  start_requested: null,
  stop_requested: null,
  restart_requested: null,
  rolling_restart_requested: null,
  halt_requested: null,
  reset_requested: null,
  signal_requested: null,
  exec_requested: (event, { text }) => ({ ...event, command: text(event.command) }),
  ready_awaited: null,
  down_requested: null,
  grace_cut: null,
};

/** An event with the secrets of the plan masked in its words. */
export function maskEvent(event: TreeEvent, masker: Masker): TreeEvent {
  const mask = MASKS[event.type] as ((event: TreeEvent, masker: Masker) => TreeEvent) | null;
  return mask === null ? event : mask(event, masker);
}
