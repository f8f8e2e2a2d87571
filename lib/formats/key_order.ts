/** The order in which a person would write the keys of an actor: what it runs, how long it lives, what it waits for. */
import type { DraftActor } from "./draft.ts";

const ORDER = [
  "exec",
  "shell",
  "args",
  "cwd",
  "env",
  "env_file",
  "daemon",
  "restart",
  "intensity",
  "backoff",
  "significant",
  "autostart",
  "profiles",
  "replicas",
  "schedule",
  "timezone",
  "overlap",
  "depends_on",
  "ready",
  "health",
  "start_timeout",
  "stop",
  "success_exit_codes",
];

/** Puts the keys of an actor into that order; others follow as they came. */
export function orderKeys({ keys }: DraftActor): void {
  const place = (key: string) => {
    const index = ORDER.indexOf(key);
    return index === -1 ? ORDER.length : index;
  };
  const sorted = [...keys].toSorted(([one], [other]) => place(one) - place(other));
  keys.clear();
  for (const [key, value] of sorted) keys.set(key, value);
}
