/** Times without a supervisor: nobody stops, starts or says anything then. PURE. */
import type { ScriptLine } from "../script.ts";

/** See the module; in milliseconds from the beginning of the tree. */
export interface Absence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The absences that a script causes. */
export function absences(script: readonly ScriptLine[]): readonly Absence[] {
  return script.flatMap((line) =>
    line.kind === "kill_supervisor" ? [{ fromMs: line.atMs, toMs: line.atMs + line.forMs }] : []
  );
}

/** Whether there is a supervisor all the time. */
export function isWatched(away: readonly Absence[], fromMs: number, toMs: number): boolean {
  return away.every((absence) => toMs < absence.fromMs || fromMs > absence.toMs);
}
