/** The result of an exploration, in a line. */
import { counted, grouped } from "../../base/counted.ts";
import { formatDuration } from "../../base/duration.ts";
import { instant } from "../../base/instant.ts";
import type { NodeId } from "../../config/plan.ts";
import type { Broken, HopeName } from "../../simulation/explore/broken.ts";
import type { Explored, Found } from "../../simulation/explore/explore.ts";
import type { Simulated } from "../../simulation/simulate.ts";
import { viewOf } from "../../supervision/view.ts";
import { nameOf } from "../../words/name_of.ts";
import { ENDS } from "./simulated.ts";
import { describeOutcome } from "../../words/describe_outcome.ts";
import { describeBroken } from "../../words/describe_verdict.ts";
import { describeWhy } from "../../words/describe_why.ts";

/** The line, without the script that leads there. */
export function describeExplored({ runs, found }: Explored, { faults }: { readonly faults: number }): string {
  const tried = counted(runs, "script");
  if (found === null) {
    return `nothing found in ${tried} with up to ${counted(faults, "failure")} each`;
  }
  const at = runs === 0 ? "undisturbed" : `in script ${grouped(runs)}`;
  return `found ${at}: ${describeFound(found)}`;
}

/** The fault of a course. */
export function describeFound({ broken, simulated }: Pick<Found, "broken" | "simulated">): string {
  switch (broken.kind) {
    case "promise":
      return `${broken.path === "" ? "" : `"${broken.path}" at `}${
        formatDuration(Math.round(broken.atMs))
      }: ${broken.what}. That breaks a promise, "${broken.name}": please report it, with the file`;
    case "hope":
      return describeHope(broken, simulated);
    case "expectation":
      return `not as expected, "${broken.name}": ${describeBroken(broken.expectation, broken.why)}`;
  }
}

function describeHope(
  { name, path }: Extract<Broken, { readonly kind: "hope" }>,
  simulated: Simulated,
): string {
  const end = describeEnd(simulated, path);
  if (name !== "rests") return `${nameOf(path)} ${DISAPPOINTED[name]}${end === null ? "" : `: ${end}`}`;
  const restarts =
    simulated.entries.filter(({ node, event }) => event === "restarted" && node === path).length;
  const within = formatDuration(Math.round(simulated.untilMs));
  return `${nameOf(path)} ${DISAPPOINTED.rests}: ${counted(restarts, "restart")} in ${within}, and no end`;
}

const DISAPPOINTED: Readonly<Record<HopeName, string>> = {
  starts: "does not come up, and nothing disturbs it",
  rests: "is restarted again and again",
  recovers: "does not come back",
};

function describeEnd({ state, outcome, untilMs }: Simulated, path: NodeId): string | null {
  const node = state.nodes.get(path)!;
  const view = viewOf(state, node, instant(untilMs));
  const told = view.why === null ? view.state : describeWhy(view.why);
  const end = outcome === null ? null : describeOutcome(state, outcome);
  if (path === "") return end ?? told;
  return end === null || outcome === null ? told : `${told}, and the tree ${ENDS[outcome.kind]}`;
}
