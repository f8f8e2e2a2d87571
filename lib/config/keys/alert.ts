import { choice } from "../values/choice.ts";
import { command } from "../values/command.ts";
import { list } from "../values/compound.ts";
import { duration } from "../values/duration.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { table } from "../values/table.ts";
import { string } from "../values/text.ts";

/** The events for which a command can be run: all of the journal but those of the commands themselves. */
export const ALERT_EVENTS = [
  "adopted",
  "cancelled",
  "completed",
  "due",
  "ended",
  "escalated",
  "exited",
  "failed",
  "files_changed",
  "gave_up",
  "healthy",
  "held",
  "hook_ended",
  "hook_started",
  "hurried",
  "isolated",
  "killed",
  "lines_dropped",
  "not_looked_up",
  "orphan_reaped",
  "planned",
  "ready",
  "refused",
  "released",
  "remade",
  "requested",
  "restarted",
  "resumed",
  "roll_halted",
  "rolled",
  "rolling",
  "scheduled",
  "short",
  "start_failed",
  "started",
  "state_unwritten",
  "stopped",
  "stopping",
  "timed_out",
  "unhealthy",
  "unlimited",
  "unmade",
  "unseen",
  "unwatched",
] as const;

const ALERT_KEYS = {
  events: key(
    list(choice("event", ALERT_EVENTS), '["failed", "escalated"]'),
    ["failed", "gave_up", "escalated", "unhealthy"],
    "The events that it is run for.",
    '["failed", "escalated"]',
  ),
  paths: key(
    list(string, '["pool/*"]'),
    null,
    "Selectors of the actors and trees whose events count; without it, those of all.",
    '["pool/*"]',
  ),
  exec: key(
    command('exec = ["/bin/sh", "-c", "..."]'),
    null,
    "The command, which reads the event as JSON.",
    '["./tell", "the team"]',
  ),
  timeout: key(duration(1), 30_000, "How long it may take before it is killed.", '"10s"'),
} satisfies Keys;

/** `[[alerts]]`: a command that is run when something happens. */
export const ALERT: TableKind<typeof ALERT_KEYS> = {
  name: "alert",
  title: "an alert",
  keys: ALERT_KEYS,
  exactlyOne: ["exec"],
};

/** The value of `alerts`. */
export const alerts = list(
  table(ALERT, '{ events = ["failed"], exec = "./tell" }'),
  '[{ events = ["failed"], exec = "./tell" }]',
);
