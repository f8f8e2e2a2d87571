/**
 * The shape of journal entries as they are read. Another version of this program may have written them: events that this one
 * does not know are let pass, and so are fields; of an event that it does know, the fields that are made use of must be
 * there. PURE.
 */
import {
  anything,
  boolean,
  count,
  dictionary,
  list,
  nullable,
  number,
  object,
  optional,
  type Shape,
  text,
  where,
} from "../../base/shape.ts";
import { signalShape } from "../../base/signal_shape.ts";
import type { NodeId } from "../../config/plan.ts";
import type { EntryEvent } from "../../supervision/journal_entry.ts";
import type { JournalEntry } from "./journal.ts";

const date = where(text, (at) => !Number.isNaN(Date.parse(at)), "a date");
const paths = list(text);
/** Versions before had reasons as texts. */
const reason = object({ kind: text });
const asker = optional(object({ uid: count, user: nullable(text), pid: count }));
/** JSON has nothing for what has no limit but null. */
const limit = nullable(number);
const about: Shape<unknown> = (value, at) => {
  const { verb } = object({ verb: text, asker })(value, at);
  if (verb === "down") return object({ by: text })(value, at);
  if (verb === "signal") return object({ paths, signal: signalShape })(value, at);
  return object({ paths })(value, at);
};

const DATA: Readonly<Record<EntryEvent, Shape<unknown>>> = {
  requested: about,
  started: object({ starts: optional(count), pid: optional(count), run: optional(count) }),
  ready: object({ afterMs: number }),
  healthy: object({}),
  unhealthy: object({ why: text, failures: count }),
  exited: object({ code: nullable(number), signal: nullable(signalShape) }),
  start_failed: object({ reason: text }),
  hook_started: object({ hook: text }),
  hook_ended: object({ hook: text, end: object({ how: text }) }),
  timed_out: object({ why: reason }),
  restarted: object({ delayMs: number, left: nullable(count) }),
  scheduled: object({ next: nullable(date) }),
  due: object({ date, does: text, next: nullable(date) }),
  gave_up: object({ restarts: count, withinMs: limit }),
  escalated: object({ by: text, restarts: count, withinMs: limit }),
  cancelled: object({ withinMs: limit }),
  hurried: object({ withinMs: limit, asker }),
  stopping: object({ signal: signalShape, graceMs: limit, cancel: boolean }),
  killed: object({}),
  unseen: object({ why: text }),
  stopped: object({ why: text }),
  completed: object({}),
  failed: object({ why: reason }),
  ended: object({ outcome: text }),
  planned: object({ added: paths, removed: paths, outdated: paths, changed: paths, asker }),
  rolling: object({}),
  rolled: object({}),
  roll_halted: object({ why: anything, left: paths }),
  resumed: object({ runs: count }),
  adopted: object({ pid: count, run: count }),
  held: object({ actor: text, pid: count, function: text, report: text, inspector: text }),
  released: object({ actor: text, pid: count }),
  refused: object({ verb: text, by: text, why: reason }),
  orphan_reaped: object({ pid: count, name: text }),
  not_looked_up: object({ why: text }),
  isolated: object({ pid: count }),
  state_unwritten: object({ why: text }),
  remade: object({ file: text }),
  unmade: object({ file: text, why: text }),
  short: object({ reason: text, hint: nullable(text) }),
  unlimited: object({ limits: list(text), reason: text }),
  files_changed: object({ files: list(text), count, signal: nullable(signalShape) }),
  alert_failed: object({ command: text, why: text }),
  unwatched: object({ folder: text, why: text, hint: nullable(text) }),
  lines_dropped: object({ why: text }),
};

const FIXED = object<Pick<JournalEntry, "at" | "seq" | "path" | "event" | "cause">>({
  at: date,
  seq: count,
  path: text as Shape<NodeId>,
  event: text as Shape<EntryEvent>,
  cause: nullable(count),
});

/** See the module. Fields that are not looked at are kept as they are. */
export const entryShape: Shape<JournalEntry> = (value, at) => {
  const fixed = FIXED(value, at);
  if (Object.hasOwn(DATA, fixed.event)) DATA[fixed.event](value, at);
  return { ...dictionary(anything)(value, at), ...fixed } as JournalEntry;
};
