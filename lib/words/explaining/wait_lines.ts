/** The waits of a node, as lines for people, one a node, those below it indented. */
import { counted, grouped } from "../../base/counted.ts";
import { describeDuration } from "../../base/duration.ts";
import { someLines } from "../../base/name_some.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import type { Trouble } from "../../explanation/inside.ts";
import type { Wait } from "../../explanation/waits.ts";
import { describeEnd } from "../describe_reason.ts";
import { describeWhy } from "../describe_why.ts";

/** More lines are not shown. */
const MOST_LINES = 8;

/** See the module. */
export function waitLines({ kind, state, waits, moreWaits }: Explanation): readonly string[] {
  // Failures in a tree at work are told as the inside of it.
  if (kind === "tree" && state !== "starting") return [];
  const lines: string[] = [];
  tellAll(waits, moreWaits, 0);
  return someLines(lines, MOST_LINES);

  function tellAll(all: readonly Wait[], more: number, depth: number): void {
    for (const wait of all) {
      lines.push(`${"  ".repeat(depth)}${waitLine(wait)}`);
      tellAll(wait.waits, wait.more, depth + 1);
    }
    if (more > 0) lines.push(`${"  ".repeat(depth)}and ${grouped(more)} more`);
  }
}

function waitLine({ on, condition, state, sinceMs, why, isRoot, isHopeless }: Wait): string {
  const reason = why === null || why.kind === "dependencies" ? "" : `: ${describeWhy(why)}`;
  const root = isRoot ? (isHopeless ? "  <- never by itself" : "  <- here it hangs") : "";
  return `${on} to be ${condition}; it is ${stateText(state, sinceMs)}${reason}${root}`;
}

/** The nodes of a tree that want attention, as lines for people. */
export function insideLines({ kind, state, inside }: Explanation): readonly string[] {
  if (kind !== "tree" || state === "starting" || inside === null) return [];
  const more = inside.more === 0 ? [] : [`and ${grouped(inside.more)} more`];
  return someLines([...inside.troubles.map(troubleLine), ...more], MOST_LINES);
}

function troubleLine({ path, state, sinceMs, why, pid, loop }: Trouble): string {
  if (loop !== null) {
    const often = counted(loop.restarts, "restart");
    return `${path} is ${stateText(state, sinceMs)}, after ${often} in a row (${describeEnd(loop.last)})`;
  }
  const process = state === "stopping" && pid !== null ? ` (pid ${pid})` : "";
  return `${path} is ${stateText(state, sinceMs)}${process}${why === null ? "" : `: ${describeWhy(why)}`}`;
}

function stateText(state: Trouble["state"], sinceMs: number | null): string {
  return `${state.replace("_", " ")}${sinceMs === null ? "" : ` for ${describeDuration(sinceMs)}`}`;
}
