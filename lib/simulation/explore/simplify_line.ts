/** Simpler lines in place of one: round times, fewer runs, plainer ends. PURE. */
import { CRASH } from "../behaviour.ts";
import { isRunLine, type RunLine, type ScriptLine } from "../script.ts";

/** Times as people write them, the plainest first. */
const ROUND_MS = [
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 3, 5, 10, 15, 20, 30, 60].map((minutes) => minutes * 60_000),
  ...[100, 200, 500],
];

/** The simpler ones, those first that change most; each differs from the line in one respect. */
export function simplerLines(line: ScriptLine): readonly ScriptLine[] {
  return isRunLine(line) ? [...simplerRuns(line), ...simplerDeeds(line)] : simplerTimes(line);
}

function simplerTimes(line: Exclude<ScriptLine, RunLine>): readonly ScriptLine[] {
  const times = rounder(line.atMs).map((atMs) => ({ ...line, atMs }));
  if (line.kind === "request") return times;
  return [...times, ...(line.forMs === PLAIN_AWAY_MS ? [] : [{ ...line, forMs: PLAIN_AWAY_MS }])];
}

/** The time for which a supervisor is away that is not said. */
const PLAIN_AWAY_MS = 1_000;

/** Lines without a time hold for all runs where they name none: that is simpler than to name some. */
function simplerRuns(line: RunLine): readonly RunLine[] {
  const { from, count } = line.runs;
  const isLasting = line.kind === "slow" || line.kind === "lasts" || line.kind === "stop";
  const simpler = [];
  if (isLasting && (from > 1 || count < Infinity)) simpler.push({ from: 1, count: Infinity });
  if (!isLasting) {
    for (let fewer = 1; fewer < Math.min(count, MOST_FEWER); fewer += 1) {
      simpler.push({ from, count: fewer });
    }
  }
  if (from > 1) simpler.push({ from: 1, count });
  return simpler.map((runs) => ({ ...line, runs }));
}

/** Larger counts are not tried one by one. */
const MOST_FEWER = 20;

function simplerDeeds(line: RunLine): readonly RunLine[] {
  switch (line.kind) {
    case "exit": {
      const plainer: readonly RunLine[] = line.how === CRASH ? [] : [{ ...line, how: CRASH }];
      return [...plainer, ...rounder(line.atMs).map((atMs) => ({ ...line, atMs }))];
    }
    case "hang":
      return rounder(line.atMs).map((atMs) => ({ ...line, atMs }));
    case "unhealthy":
      return [
        ...rounder(line.atMs).map((atMs) => ({ ...line, atMs })),
        ...rounder(line.forMs).map((forMs) => ({ ...line, forMs })),
      ];
    case "slow":
    case "lasts":
    case "stop":
    case "hook":
      return rounder(line.ms).map((ms) => ({ ...line, ms }));
    case "missing":
      return [];
  }
}

/** The times that are plainer than one. */
function rounder(ms: number): readonly number[] {
  const known = ROUND_MS.indexOf(ms);
  return known === -1 ? ROUND_MS : ROUND_MS.slice(0, known);
}

/** One line in place of two: for the runs of both, or a restart for a stop and a start; null if there is none. */
export function mergedLine(one: ScriptLine, other: ScriptLine): ScriptLine | null {
  if (!isRunLine(one) || !isRunLine(other)) return isStopAndStart(one, other) ? restartFor(one) : null;
  if (one.path !== other.path) return null;
  const runs = { from: Math.min(one.runs.from, other.runs.from), count: one.runs.count + other.runs.count };
  return { ...one, runs };
}

type RequestLine = Extract<ScriptLine, { readonly kind: "request" }>;

function isStopAndStart(one: ScriptLine, other: ScriptLine): one is RequestLine {
  if (one.kind !== "request" || other.kind !== "request") return false;
  const { request: first } = one;
  const { request: second } = other;
  return first.verb === "stop" && second.verb === "start" && first.paths.join() === second.paths.join();
}

function restartFor(line: RequestLine): ScriptLine {
  const paths = "paths" in line.request ? line.request.paths : [];
  return { ...line, request: { verb: "restart", paths } };
}
