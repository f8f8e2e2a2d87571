/** What the traps have written about themselves. */
import { readTraps } from "../../tests/harness/traps.ts";
import { isAlive, type ProcessId } from "./processes.ts";

/** The kinds of processes that a trap starts, in the order of the page, with their names in words. */
export const KINDS = {
  "main": "the main process",
  "plain": "plain",
  "setsid": "setsid",
  "ignores-term": "ignores SIGTERM",
  "cleared-env": "double fork without environment",
  "daemon-thrice": "daemonised thrice",
  "stopped": "stopped",
  "blocks-all": "blocks all signals",
  "storm": "fork storm",
  "holds-stdout": "holds stdout",
} as const;

/** Two services run the same trap. */
export type Service = "a" | "b";

/** One process of a trap. */
export interface TrapProcess extends ProcessId {
  readonly service: Service;
  /** The pid of the main process it descends from. */
  readonly generation: number;
  readonly kind: keyof typeof KINDS;
}

/** All processes of all traps that write into a file. */
export function readRecords(file: string): readonly TrapProcess[] {
  return readTraps(file) as readonly TrapProcess[];
}

/** Whether a service has sprung all its traps. */
export function isComplete(
  records: readonly TrapProcess[],
  service: Service,
): boolean {
  const kinds = new Set(
    records.filter((one) => one.service === service && isAlive(one)).map((
      { kind },
    ) => kind),
  );
  return kinds.size === Object.keys(KINDS).length;
}

/** The kinds of some processes in words; of a storm, how many. */
export function inWords(records: readonly TrapProcess[]): string {
  if (records.length === 0) return "";
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const counts = kinds.map((kind) => ({
    kind,
    count: records.filter((one) => one.kind === kind).length,
  }));
  const present = counts.filter(({ count }) => count > 0);
  if (present.length === kinds.length) return "every kind";
  const missing = counts.filter(({ count }) => count === 0).map(({ kind }) => KINDS[kind]);
  if (missing.length <= 3) return `every kind but ${missing.join(", ")}`;
  return present.map(({ kind }) => KINDS[kind]).join(", ");
}
