import { choice } from "../values/choice.ts";
import { command } from "../values/command.ts";
import type { Item } from "../toml/item.ts";
import { duration } from "../values/duration.ts";
import { same, seconds } from "../values/foreign_values.ts";
import { key, type Keys, type TableKind } from "../values/key.ts";
import { signal } from "../values/signal.ts";
import { table } from "../values/table.ts";

const STOP_KEYS = {
  command: key(
    command('command = ["/bin/sh", "-c", "..."]'),
    null,
    "A command that is run before the signal.",
    '["./shutdown", "--now"]',
  ),
  signal: key(signal, "SIGTERM", "The signal that asks the process to stop.", '"SIGINT"'),
  to: key(
    choice("target", ["process", "group"]),
    null,
    "The receiver of the signal; without it, the group for `shell`, else the main process alone.",
    '"group"',
  ),
  grace: key(duration(0), 10_000, "How long a stop may take before all that is left is killed.", '"30s"'),
  kill: key(
    choice("kill mode", ["tree", "process"]),
    "tree",
    "Whether descendants are killed too or left on purpose.",
    '"process"',
  ),
} satisfies Keys;

/** `stop`: how an actor is stopped. */
export const STOP: TableKind<typeof STOP_KEYS> = { name: "stop", title: "a stop table", keys: STOP_KEYS };

/** A value of `stop`. */
export const stop = table(STOP, '{ signal = "SIGTERM", grace = "10s" }', suggestStop);

/** One value says how long it may take, or by which signal it is asked. */
function suggestStop(item: Item): string | null {
  const grace = seconds(item);
  if (grace !== null) return `{ grace = ${grace} }`;
  return item.kind === "string" && /^[A-Z0-9+]+$/.test(item.value) ? `{ signal = ${same(item)} }` : null;
}
