/** Why an expectation is broken, as a clause for people. */
import { counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Claim, Expectation } from "../simulation/expect/expectation.ts";
import type { Broken, Stretch } from "../simulation/expect/judge.ts";
import type { TimedEntry } from "../simulation/trace.ts";
import { describeReason } from "./describe_reason.ts";
import { nameOf } from "./name_of.ts";

/** See the module: `"api" was not ready before 1m: it was backing off since 31s (exit code 1)`. */
export function describeBroken(expectation: Expectation, why: Broken): string {
  const who = nameOf(why.path);
  switch (expectation.kind) {
    case "sometime": {
      const { fromMs, toMs } = expectation.range;
      const when = toMs !== Infinity ? ` before ${at(toMs)}` : fromMs > 0 ? ` after ${at(fromMs)}` : "";
      return `${who} was ${never(expectation.claim)}${when}${lately(why)}`;
    }
    case "always":
      return `${who} was ${stateOf(opposite(expectation.claim))} at ${at(why.atMs)}${lately(why)}`;
    case "never":
      return expectation.claim.state === "running twice"
        ? `${who} had ${why.seen?.fact.processes ?? 2} processes at once at ${at(why.atMs)}`
        : `${who} was ${stateOf(expectation.claim)} at ${at(why.atMs)}${because(why.entry)}`;
    case "order": {
      const other = `${subjectOf(expectation.than.who)} was ${stateOf(expectation.than)} at ${at(why.atMs)}`;
      const then = why.otherMs === null ? "which it never was" : `which it was at ${at(why.otherMs)}`;
      return `${other}, before ${who} was ${stateOf(expectation.claim)}, ${then}`;
    }
    case "within": {
      const { of, ms, claim } = expectation;
      const since = of === null ? "a down was asked for" : `${subjectOf(of.who)} was ${stateOf(of)}`;
      return `${who} was not ${stateOf(claim)} within ${at(ms)} after ${since} at ${at(why.otherMs!)}${
        lately(why)
      }`;
    }
    case "count": {
      const { what, how, number, withinMs } = expectation;
      const span = withinMs === null ? "" : ` within ${at(withinMs)}`;
      const many = counted(why.count, what.slice(0, -1));
      const when = why.count > number ? `, the last of them at ${at(why.atMs)}${because(why.entry)}` : "";
      return `${who} has ${many}${span}, not ${how} ${number}${when}`;
    }
  }
}

/** The subject of an expectation, as it is written there. */
function subjectOf(who: string): string {
  return nameOf(who === "tree" ? ROOT : who as NodeId);
}

function stateOf({ state, isNot }: Pick<Claim, "state" | "isNot">): string {
  return `${isNot ? "not " : ""}${state.replace("-", " ")}`;
}

function never({ state, isNot }: Claim): string {
  return isNot ? `always ${state}` : `never ${state.replace("-", " ")}`;
}

function opposite(claim: Claim): Claim {
  return { ...claim, isNot: !claim.isNot };
}

/** The state that a node was in instead, and the last that was decided about it. */
function lately({ seen, entry }: Broken): string {
  return seen === null ? "" : `: it was ${seenState(seen)} since ${at(seen.fromMs)}${because(entry)}`;
}

function seenState({ fact }: Stretch): string {
  const state = fact.state.replace("_", " ");
  return fact.state === "running" && fact.ready === false ? "running, and not ready" : state;
}

function because(entry: TimedEntry | null): string {
  if (entry === null) return "";
  switch (entry.event) {
    case "failed":
    case "timed_out":
      return ` (${describeReason(entry.data.why)})`;
    case "start_failed":
      return ` (${entry.data.reason})`;
    case "unhealthy":
      return ` (${entry.data.why})`;
    case "exited": {
      const { code, signal } = entry.data;
      return code === null ? signal === null ? "" : ` (${signal})` : ` (exit code ${code})`;
    }
    default:
      return "";
  }
}

function at(ms: number): string {
  return formatDuration(Math.round(ms));
}
