/** The protocol of sd_notify: lines of `KEY=VALUE` in one datagram. */
import type { Told } from "../../supervision/run_word.ts";

/** More of what a process says of itself is cut: everybody who asks for its status gets it. */
const MOST_CHARS = 512;

/** More lines say nothing that is of use. */
const MOST_LINES = 64;

/** A longer time is a mistake, and none that a clock can count. */
const MOST_MS = 10 * 365 * 24 * 3_600 * 1_000;

/** The words of a datagram, in order. A word that is not known, or makes no sense, is passed over, as systemd does. */
export function readNotice(text: string): readonly Told[] {
  return text.split("\n", MOST_LINES).flatMap((line): readonly Told[] => {
    const at = line.indexOf("=");
    if (at < 0) return [];
    const read = KEYS[line.slice(0, at)];
    const said = read?.(line.slice(at + 1)) ?? null;
    return said === null ? [] : [said];
  });
}

const one = (said: Told) => (value: string) => value === "1" ? said : null;

const KEYS: Readonly<Record<string, (value: string) => Told | null>> = {
  __proto__: null as never,
  READY: one({ is: "ready" }),
  RELOADING: one({ is: "reloading" }),
  STOPPING: one({ is: "stopping" }),
  STATUS: (value) => ({ is: "status", text: cut(value) }),
  ERRNO: (value) => isNumber(value) ? { is: "error", text: `error number ${value}` } : null,
  BUSERROR: (value) => value === "" ? null : { is: "error", text: cut(value) },
  MAINPID: (value) => isNumber(value) && Number(value) > 1 ? { is: "main", pid: Number(value) } : null,
  WATCHDOG: (value) => value === "1" ? { is: "alive" } : value === "trigger" ? { is: "broken" } : null,
  WATCHDOG_USEC: (value) => {
    const ms = msOf(value);
    return ms === null ? null : { is: "watchdog", ms: ms === 0 ? null : ms };
  },
  EXTEND_TIMEOUT_USEC: (value) => {
    const ms = msOf(value);
    return ms === null ? null : { is: "extend", ms };
  },
};

function isNumber(value: string): boolean {
  return /^[0-9]{1,20}$/.test(value);
}

function msOf(value: string): number | null {
  return isNumber(value) ? Math.min(MOST_MS, Math.ceil(Number(value) / 1_000)) : null;
}

function cut(text: string): string {
  return text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}...`;
}
