/** The states of actors over time, a row each. */
import { formatDuration } from "../../base/duration.ts";
import { counted } from "../../base/counted.ts";
import { ROOT } from "../../config/plan.ts";
import type { Change, Trace } from "../../simulation/trace.ts";
import type { VisibleState } from "../../supervision/view.ts";
import { cutTo } from "./cut.ts";
import type { Painter } from "./paint.ts";
import { COLOURS } from "./rows.ts";
import { widthOf } from "./width.ts";

/** The columns of a chart where there is no terminal. */
const PLAIN_COLUMNS = 100;
/** Wider names are cut. */
const WIDEST_NAME = 24;
/** More rows do not fit on a screen. */
const MOST_ROWS = 40;

/** The sign of each state; of several that fall into one column the one that stands first here is shown. */
const SIGNS: readonly (readonly [VisibleState, string])[] = [
  ["failed", "!"],
  ["backing_off", "~"],
  ["stopping", "-"],
  ["starting", "+"],
  ["waiting", "."],
  ["running", "="],
  ["completed", "c"],
  ["stopped", "s"],
  ["inactive", " "],
];

/** See the module. */
export function renderChart(trace: Trace, columns: number, paint: Painter): string {
  const paths = trace.plan.nodes.filter(({ kind, path }) => kind !== "tree" && path !== ROOT).map((
    { path },
  ) => path);
  if (paths.length === 0 || trace.untilMs === 0) return "";
  const shown = paths.slice(0, MOST_ROWS);
  const names = Math.min(WIDEST_NAME, Math.max(...shown.map(widthOf)));
  const width = Math.max(10, (columns === Infinity ? PLAIN_COLUMNS : columns) - names - 3);
  const byPath = Map.groupBy(trace.changes, ({ path }) => path);
  const used = new Set<VisibleState>();
  const rows = shown.map((path) => {
    const states = statesOf(byPath.get(path) ?? [], trace.untilMs, width);
    for (const state of states) used.add(state);
    const name = cutTo(path, names);
    return `${name}${" ".repeat(names - widthOf(name))} |${paintRow(states, paint)}|`;
  });
  const left = paths.length - shown.length;
  return [
    ...rows,
    ...(left === 0 ? [] : [paint.dim(`... and ${counted(left, "actor")} more`)]),
    paint.dim(`${" ".repeat(names)} 0${formatDuration(trace.untilMs).padStart(width)}`),
    paint.dim(legendOf(used)),
  ].join("\n");
}

/** The state of an actor in each column. */
function statesOf(changes: readonly Change[], untilMs: number, width: number): readonly VisibleState[] {
  const cells: VisibleState[] = [];
  let next = 0;
  let last: VisibleState = "inactive";
  for (let column = 0; column < width; column++) {
    const endMs = (untilMs * (column + 1)) / width;
    const isLast = column === width - 1;
    const seen = [last];
    // A state that is left within the instant in which it was come to is not seen.
    for (; next < changes.length && (changes[next]!.atMs < endMs || isLast); next++) {
      const change = changes[next]!;
      const after = changes[next + 1];
      last = change.fact.state;
      if (after === undefined || after.atMs > change.atMs) seen.push(last);
    }
    const begins = seen.length > 1 && column === 0 ? seen.slice(1) : seen;
    cells.push(SIGNS.find(([state]) => begins.includes(state))![0]);
  }
  return cells;
}

function paintRow(states: readonly VisibleState[], paint: Painter): string {
  let row = "";
  for (let from = 0; from < states.length;) {
    let to = from;
    while (to < states.length && states[to] === states[from]) to++;
    row += paint[COLOURS[states[from]!]](signOf(states[from]!).repeat(to - from));
    from = to;
  }
  return row;
}

function signOf(state: VisibleState): string {
  return SIGNS.find(([one]) => one === state)![1];
}

function legendOf(used: ReadonlySet<VisibleState>): string {
  return SIGNS.filter(([state, sign]) => used.has(state) && sign !== " ")
    .map(([state, sign]) => `${sign} ${state.replace("_", " ")}`).join("  ");
}
