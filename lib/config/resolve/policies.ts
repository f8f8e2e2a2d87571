import { formatDuration } from "../../base/duration.ts";
import type { ActorFields, TreeFields } from "../declared/declared.ts";
import { BACKOFF } from "../keys/backoff.ts";
import { CGROUP } from "../keys/cgroup.ts";
import { LOG } from "../keys/log.ts";
import { STOP } from "../keys/stop.ts";
import { INTENSITY } from "../keys/intensity.ts";
import { TREE } from "../keys/supervisor.ts";
import { WATCH } from "../keys/watch.ts";
import type { ActorSpec, Backoff, GroupLimits, Intensity, LogSpec, OnFailure, Stop, Watch } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { argvOf } from "./argv.ts";

/** The pauses between restarts. */
export function backoffOf({ backoff }: Pick<ActorFields, "backoff">, report: Report): Backoff {
  const { initial, max, factor, jitter, reset_after: resetAfter } = backoff?.value.fields ?? {};
  const initialMs = valueOf(initial, BACKOFF.keys.initial);
  const maxMs = valueOf(max, BACKOFF.keys.max);
  const wrong = max ?? initial;
  if (maxMs < initialMs && wrong !== undefined) {
    const message = `the longest delay, ${formatDuration(maxMs)}, is shorter than the first, ${
      formatDuration(initialMs)
    }`;
    report.add("config/out-of-range", wrong.at, message, {
      expected: `max of at least "${formatDuration(initialMs)}"`,
      hint: max === undefined ? `write max = "${formatDuration(initialMs)}" beside it, or more` : null,
    });
  }
  return {
    initialMs,
    maxMs,
    factor: valueOf(factor, BACKOFF.keys.factor),
    jitter: valueOf(jitter, BACKOFF.keys.jitter),
    resetAfterMs: valueOf(resetAfter, BACKOFF.keys.reset_after),
  };
}

/** How an actor is stopped. */
export function stopOf({ stop }: ActorFields, kind: ActorSpec["kind"], report: Report): Stop {
  const { command, signal, to, grace, kill } = stop?.value.fields ?? {};
  return {
    command: command === undefined ? null : argvOf(command.value, report),
    signal: valueOf(signal, STOP.keys.signal),
    to: to?.value ?? (kind === "shell" ? "group" : "process"),
    graceMs: valueOf(grace, STOP.keys.grace),
    kill: valueOf(kill, STOP.keys.kill),
  };
}

/** The files that an actor watches; null if there are none. */
export function watchOf({ watch }: ActorFields): Watch | null {
  if (watch === undefined) return null;
  const { paths, ignore, debounce, signal } = "fields" in watch.value
    ? watch.value.fields
    : { paths: { value: watch.value } };
  const watched = paths?.value ?? [];
  if (watched.length === 0) return null;
  return {
    paths: [...watched],
    ignore: [...ignore?.value ?? WATCH.keys.ignore.byDefault],
    debounceMs: debounce?.value ?? WATCH.keys.debounce.byDefault,
    signal: signal?.value ?? null,
  };
}

/** Where the output of an actor goes. */
export function logOf({ log }: Pick<ActorFields, "log">): LogSpec {
  const [to, fields] = typeof log?.value === "string"
    ? [log.value, {}]
    : ["file" as const, log?.value.fields ?? {}];
  const { keys } = LOG;
  return {
    to,
    file: valueOf(fields.file, keys.file),
    format: valueOf(fields.format, keys.format) ?? "raw",
    maxBytes: valueOf(fields.max_size, keys.max_size),
    keep: valueOf(fields.keep, keys.keep),
    maxAgeMs: valueOf(fields.max_age, keys.max_age),
    compress: valueOf(fields.compress, keys.compress),
  };
}

/** How many restarts a supervisor grants. */
export function intensityOf({ intensity }: Pick<TreeFields, "intensity">): Intensity {
  if (intensity?.value === "unlimited") return "unlimited";
  const { restarts, within } = intensity?.value.fields ?? {};
  return {
    restarts: valueOf(restarts, INTENSITY.keys.restarts),
    withinMs: valueOf(within, INTENSITY.keys.within),
  };
}

/** How many restarts an actor is granted by itself; null if it does not say so. */
export function ownIntensityOf({ intensity }: ActorFields): Intensity | null {
  return intensity === undefined ? null : intensityOf({ intensity });
}

/** The consequence of spent restarts. Children of one_for_one are independent, so that one alone is left failed. */
export function onFailureOf({ on_failure: mode, strategy }: TreeFields): OnFailure {
  const isIndependent = valueOf(strategy, TREE.keys.strategy) === "one_for_one";
  return mode?.value ?? (isIndependent ? "fail_child" : "escalate");
}

/** The limits of all processes of an actor together; null if there is none. */
export function groupLimitsOf({ cgroup }: ActorFields): GroupLimits | null {
  const { memory_max: memory, cpu_max: cpu, pids_max: pids, required } = cgroup?.value.fields ?? {};
  const limits = {
    memoryMaxBytes: valueOf(memory, CGROUP.keys.memory_max),
    cpuMaxPercent: valueOf(cpu, CGROUP.keys.cpu_max),
    pidsMax: valueOf(pids, CGROUP.keys.pids_max),
  };
  if (Object.values(limits).every((limit) => limit === null)) return null;
  return { ...limits, required: valueOf(required, CGROUP.keys.required) };
}
