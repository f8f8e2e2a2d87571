/**
 * When an actor is asked whether it is ready, for how long, and what there is to say as long as it is not.
 *
 * A question over the network that gets no answer does not hold up the next one: the actor may have lost it, and answer the
 * next. A command is not started beside itself; neither is what comes by itself asked for twice.
 */
import { describeDuration } from "../base/duration.ts";
import { after, type Instant, NEVER } from "../base/instant.ts";
import { describeProbe } from "../config/describe_probe.ts";
import type { Probe, Ready } from "../config/plan.ts";

/** Longest pause between two attempts, unless the configured interval is longer still. */
const SLOWEST_MS = 2_000;
const GROWTH = 1.5;
const ATTEMPT_TIMEOUT_MS = 5_000;

/** An attempt that has got no answer, yet or at all. */
export interface Unanswered {
  readonly attempt: number;
  readonly since: Instant;
}

/** The probes of an actor that is being started. */
export interface Probing {
  /** Attempts so far. */
  readonly attempt: number;
  /** Those up to this one were asked what an earlier plan wanted to know: their answers count for nothing. */
  readonly outdated: number;
  /** Those since the last that was answered, the oldest first; of those that were given up only the very oldest. */
  readonly unanswered: readonly Unanswered[];
  /** When the next is due. */
  readonly probeAt: Instant;
  /** The answer of the last of those that have one; null before the first. */
  readonly lastError: string | null;
}

/** Nothing has been asked. */
export const NOT_PROBED: Probing = {
  attempt: 0,
  outdated: 0,
  unanswered: [],
  probeAt: NEVER,
  lastError: null,
};

/** Nothing has been asked of what is to be known from now on. */
export function probeAnew({ attempt }: Probing): Probing {
  return { ...NOT_PROBED, attempt, outdated: attempt };
}

/** One attempt more begins now. */
export function beginAttempt(probing: Probing, ready: Ready, now: Instant): Probing {
  const attempt = probing.attempt + 1;
  return {
    ...probing,
    attempt,
    unanswered: [...probing.unanswered, { attempt, since: now }],
    probeAt: overlaps(ready.probe) ? after(now, pauseAfterAttempt(attempt, ready)) : NEVER,
  };
}

/**
 * An attempt has ended, and the actor is not ready.
 *
 * @param error What it said; null if it was given up without an answer.
 */
export function endAttempt(
  probing: Probing,
  ready: Ready,
  { attempt, error }: { readonly attempt: number; readonly error: string | null },
  now: Instant,
): Probing {
  const probeAt = overlaps(ready.probe) ? probing.probeAt : after(now, pauseAfterAttempt(attempt, ready));
  const { unanswered } = probing;
  if (error === null) {
    return {
      ...probing,
      probeAt,
      unanswered: unanswered.filter((one, index) => index === 0 || one.attempt !== attempt),
    };
  }
  // A later one has been answered before.
  if (unanswered.every((one) => one.attempt !== attempt)) return { ...probing, probeAt };
  return {
    ...probing,
    probeAt,
    unanswered: unanswered.filter((one) => one.attempt > attempt),
    lastError: error,
  };
}

/** The pause after attempt number `attempt` (from 1): the interval first, then slower. */
export function pauseAfterAttempt(attempt: number, ready: Ready): number {
  const slowest = Math.max(SLOWEST_MS, ready.intervalMs);
  return Math.round(Math.min(slowest, ready.intervalMs * GROWTH ** (attempt - 1)));
}

/** How long one attempt may take: what is waited for comes when it comes, what is asked is asked again. */
export function attemptTimeout({ type }: Probe, startTimeoutMs: number): number {
  const isAwaited = type === "log" || type === "module" || type === "notify";
  return isAwaited ? startTimeoutMs : Math.min(ATTEMPT_TIMEOUT_MS, startTimeoutMs);
}

/**
 * Why an actor is not ready: what the latest attempt has said, or that those since then get no answer. One that has only just
 * begun says nothing yet.
 */
export function whyNotReady(probing: Probing, ready: Ready, now: Instant): string | null {
  const { lastError, unanswered: [oldest] } = probing;
  if (oldest === undefined) return lastError;
  const waitedMs = now - oldest.since;
  if (lastError !== null && waitedMs < ready.intervalMs) return lastError;
  const { probe } = ready;
  return `${describeProbe(probe)}: ${
    SILENCES[probe.type] ?? `no answer for ${describeDuration(Math.round(waitedMs))}`
  }`;
}

const SILENCES: Partial<Readonly<Record<Probe["type"], string>>> = {
  log: "no such line",
  module: "not yet",
  notify: "not yet",
};

function overlaps({ type }: Probe): boolean {
  return type === "tcp" || type === "http";
}
