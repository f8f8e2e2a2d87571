/** Finds the lines of a script that nothing came of, because what they are about never was. PURE. */
import { type NodeId, ROOT } from "../config/plan.ts";
import { isRunLine, type RunLine, type ScriptLine, type TreeLine } from "./script.ts";
import type { Trace } from "./trace.ts";

/** Why nothing came of a line. */
export type WhyUnplayed =
  /** There was no such run. */
  | "no_run"
  /** There was, and it had ended by then. */
  | "run_over"
  /** The course, or the tree, had ended by then. */
  | "course_over"
  /** There was no supervisor that could be asked. */
  | "no_supervisor";

/** A line that nothing came of. */
export interface UnplayedLine {
  readonly line: ScriptLine;
  readonly why: WhyUnplayed;
}

/** @param startsOf How often an actor was started in all. @returns In the order of the script. */
export function unplayedIn(
  trace: Trace,
  script: readonly ScriptLine[],
  startsOf: (path: NodeId) => number,
): readonly UnplayedLine[] {
  let lives: Lives | null = null;
  return script.flatMap((line): readonly UnplayedLine[] => {
    const why = isRunLine(line)
      ? whyNotRun(line, script, startsOf, () => lives ??= livesIn(trace))
      : whyNotTree(line, script, trace);
    return why === null ? [] : [{ line, why }];
  });
}

/** A run of an actor, in milliseconds since the beginning. */
interface Life {
  readonly fromMs: number;
  toMs: number;
}

type Lives = ReadonlyMap<NodeId, readonly Life[]>;

function whyNotRun(
  line: RunLine,
  script: readonly ScriptLine[],
  startsOf: (path: NodeId) => number,
  lives: () => Lives,
): WhyUnplayed | null {
  const { path, runs: { from, count } } = line;
  if (startsOf(path) < from) return "no_run";
  if (!("atMs" in line)) return null;
  const all = lives().get(path) ?? [];
  // Starts that failed have no life, and another supervisor counts anew: then any run of the actor may be meant.
  const areCounted = !script.some(({ kind }) => kind === "kill_supervisor" || kind === "missing");
  const meant = areCounted ? all.slice(from - 1, from - 1 + count) : all;
  return meant.some(({ fromMs, toMs }) => toMs - fromMs >= line.atMs) ? null : "run_over";
}

function whyNotTree(
  { kind, atMs }: TreeLine,
  script: readonly ScriptLine[],
  { outcome, entries, untilMs }: Trace,
): WhyUnplayed | null {
  if (atMs > (outcome === null ? untilMs : entries.at(-1)!.atMs)) return "course_over";
  const isUnheard = kind === "request" &&
    script.some((line) =>
      line.kind === "kill_supervisor" && atMs > line.atMs && atMs < line.atMs + line.forMs
    );
  return isUnheard ? "no_supervisor" : null;
}

function livesIn({ entries, untilMs }: Trace): Lives {
  const lives = new Map<NodeId, Life[]>();
  for (const { node, event, atMs } of entries) {
    if (node === ROOT || (event !== "started" && event !== "exited")) continue;
    const own = lives.get(node) ?? [];
    lives.set(node, own);
    const last = own.at(-1);
    if (last !== undefined && last.toMs > atMs) last.toMs = atMs;
    if (event === "started") own.push({ fromMs: atMs, toMs: untilMs });
  }
  return lives;
}
