/**
 * Whether a course keeps the promises of the program: judged by the facts of its machine, by the reference for users, and by
 * no verdict of the core. PURE.
 */
import { nodeAt, type NodeId, ROOT, treeAt } from "../../config/plan.ts";
import type { ScriptLine } from "../script.ts";
import type { Simulated } from "../simulate.ts";
import type { Fact } from "../trace.ts";
import { type Absence, absences, isWatched } from "./absence.ts";
import { broken, type BrokenPromise } from "./broken.ts";
import { isHeldDown } from "./hopes.ts";
import { brokenBudget } from "./promise_of_budgets.ts";
import { brokenOrder } from "./promise_of_order.ts";
import { brokenStop } from "./promise_of_stops.ts";

/** The first promise that a course breaks; null if it keeps all. @param script All lines that it was computed with. */
export function brokenPromise(simulated: Simulated, script: readonly ScriptLine[]): BrokenPromise | null {
  const away = absences(script);
  return brokenFact(simulated, away) ?? brokenOrder(simulated, away) ?? brokenBudget(simulated) ??
    brokenStop(simulated, away) ?? brokenEnd(simulated);
}

const WITHOUT_PROCESS: ReadonlySet<Fact["state"]> = new Set([
  "inactive",
  "waiting",
  "backing_off",
  "stopped",
  "completed",
  "failed",
]);

/** Facts of one time follow on each other; the last of them lasts. */
function brokenFact({ plan, changes, untilMs }: Simulated, away: readonly Absence[]): BrokenPromise | null {
  const lasting = new Map<NodeId, Fact>();
  for (const [index, { atMs, path, fact }] of changes.entries()) {
    if (fact.processes > 1) {
      return broken("never two processes of an actor", path, atMs, `${fact.processes} processes run`);
    }
    lasting.set(path, fact);
    const nextMs = changes[index + 1]?.atMs ?? untilMs;
    if (nextMs === atMs && index + 1 < changes.length) continue;
    for (const [node, { state, processes }] of lasting) {
      const isTrue = nodeAt(plan, node)!.kind === "tree" || !isWatched(away, atMs, atMs) ||
        (state === "running" ? processes === 1 : !WITHOUT_PROCESS.has(state) || processes === 0);
      if (!isTrue) {
        return broken("states are true", node, atMs, `it is ${state} with ${processes} processes`);
      }
    }
    lasting.clear();
  }
  return null;
}

function brokenEnd(simulated: Simulated): BrokenPromise | null {
  const { plan, changes, entries, outcome, untilMs, unanswered, isAtRest } = simulated;
  const [request] = unanswered;
  // A request that needs something that somebody has stopped waits until somebody starts it.
  if (request !== undefined && (outcome !== null || (isAtRest && !isHeldDown(simulated)))) {
    const path = request.verb === "down" ? ROOT : request.paths[0]!;
    return broken("each request is answered", path, untilMs, `\`${request.verb}\` gets no answer`);
  }
  if (outcome === null) return null;
  const last = new Map(changes.map(({ path, fact }) => [path, fact]));
  for (const [path, { processes }] of last) {
    if (processes > 0) {
      return broken("nothing is left after the end", path, untilMs, `${processes} processes are left`);
    }
  }
  const asked = entries.find(({ event, data }) =>
    event === "requested" && "verb" in data && data.verb === "down"
  );
  const { shutdownMs } = treeAt(plan, ROOT);
  return asked === undefined || untilMs - asked.atMs <= shutdownMs + ROUNDING_MS ? null : broken(
    "a teardown ends within its time",
    ROOT,
    untilMs,
    `it has taken ${untilMs - asked.atMs} ms of ${shutdownMs}`,
  );
}

/** Times are rounded. */
const ROUNDING_MS = 1;
