/** The end of a simulation, and what nothing came of, each in a line. */
import { counted } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { lineText } from "../../simulation/check_script.ts";
import type { Simulated } from "../../simulation/simulate.ts";
import type { UnplayedLine, WhyUnplayed } from "../../simulation/unplayed.ts";
import { glanceAt } from "../../supervision/view.ts";
import { describeOutcome } from "../../words/describe_outcome.ts";

/** See the module. */
export function describeSimulated({ state, outcome, untilMs, isAtRest }: Simulated): string {
  const when = formatDuration(Math.round(untilMs));
  if (outcome !== null) {
    const why = describeOutcome(state, outcome);
    return `after ${when} the tree ${ENDS[outcome.kind]}${why === null ? "" : `: ${why}`}`;
  }
  const actors = [...state.nodes.values()].filter(({ kind }) => kind === "actor");
  const glances = actors.map((node) => ({ node, ...glanceAt(state, node) }));
  const ready = glances.filter(({ ready }) => ready === true).length;
  const completed = glances.filter(({ state }) => state === "completed").length;
  const failed = glances.filter(({ state }) => state === "failed").map(({ node }) => node.id);
  const done = completed === 0 ? "" : `, ${completed} completed`;
  const lost = failed.length === 0 ? "" : `, ${nameSome(failed)} failed`;
  const rest = isAtRest ? "nothing more happens by itself" : "more is to come";
  return `after ${when} the tree goes on: of ${
    counted(actors.length, "actor")
  } ${ready} ready${done}${lost}; ${rest}`;
}

/** A line of the script that nothing came of, as a clause. */
export function describeUnplayed({ line, why }: UnplayedLine): string {
  return `nothing came of \`${lineText(line)}\`: ${UNPLAYED[why]}`;
}

const UNPLAYED: Readonly<Record<WhyUnplayed, string>> = {
  no_run: "there was no such run",
  run_over: "no run that it is about lasted so long",
  course_over: "the course is over before; --for makes it longer, unless the tree has ended",
  no_supervisor: "there was no supervisor to ask",
};

/** How a tree has ended, behind its name. */
export const ENDS = {
  completed: "has completed",
  cancelled: "was taken down",
  failed: "has failed",
  gave_up: "has given up",
} as const;
