/** The answers of a run that was recorded to those who ask whether it is ready or works, and its own words on that. PURE. */
import { describeProbe } from "../../config/describe_probe.ts";
import type { Health, Probe } from "../../config/plan.ts";
import type { ProbeAnswer } from "../../supervision/event.ts";
import type { Told } from "../../supervision/run_word.ts";
import type { HealthChange, RecordedRun } from "./recorded_run.ts";

/** The last answer of a run that was never ready; null if it was silent. */
export function lastAnswer({ lastError }: Pick<RecordedRun, "lastError">, probe: Probe): string | null {
  if (lastError === null) return null;
  const silences = ["no answer for ", "no such line", "not yet"].map((silence) =>
    `${describeProbe(probe)}: ${silence}`
  );
  return silences.some((silence) => lastError.startsWith(silence)) ? null : lastError;
}

/** An answer to a check, and when it comes. */
export interface HealthAnswer {
  readonly atMs: number;
  readonly answer: ProbeAnswer;
  /** Whether the health of the run is another by it. */
  readonly isNews: boolean;
}

/**
 * The answer to a check, so that the next change comes when it came; null if none comes any more, which changes nothing.
 *
 * @param change The next change.
 * @param failures How many checks in a row have failed by now.
 */
export function answerTo(
  change: HealthChange | undefined,
  failures: number,
  { intervalMs }: Pick<Health, "intervalMs">,
): HealthAnswer | null {
  if (change === undefined) return null;
  if (change.healthy) return { atMs: change.atMs, answer: { says: "ready" }, isNews: true };
  const { why } = change;
  const answer: ProbeAnswer = why.startsWith("no answer within ")
    ? { says: "nothing" }
    : { says: "not_ready", why };
  const left = Math.max(0, change.failures - failures - 1);
  return { atMs: change.atMs - left * intervalMs, answer, isNews: left === 0 };
}

/** A word of a process with a watchdog, and when it came. */
export interface RecordedWord {
  readonly atMs: number;
  readonly told: Told;
}

/** The words of a process with a watchdog: it is heard in time for as long as it was known to work. */
export function wordsOf(
  { health, exit, askedAt }: Pick<RecordedRun, "health" | "exit" | "askedAt">,
  watchdogMs: number,
  untilMs: number,
): readonly RecordedWord[] {
  const overMs = Math.min(untilMs, exit?.atMs ?? Infinity, askedAt ?? Infinity);
  return health.flatMap((change, index): readonly RecordedWord[] => {
    if (!change.healthy) return change.why === SAYS_SO ? [{ atMs: change.atMs, told: { is: "broken" } }] : [];
    const next = health[index + 1];
    const lastMs = next === undefined || next.healthy || next.why === SAYS_SO
      ? next?.atMs ?? overMs
      : next.atMs - watchdogMs;
    const words: RecordedWord[] = [];
    for (let atMs = change.atMs; atMs < lastMs; atMs += watchdogMs / 2) {
      words.push({ atMs, told: { is: "alive" } });
    }
    // The last word is the one that the silence was counted from.
    const isSilence = next !== undefined && !next.healthy && next.why !== SAYS_SO;
    return isSilence ? [...words, { atMs: Math.max(change.atMs, lastMs), told: { is: "alive" } }] : words;
  });
}

const SAYS_SO = "it says so itself";
