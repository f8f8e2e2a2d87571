/** Expectations that can never be checked in a plan, or that could never be so: those are mistakes. PURE. */
import { formatDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { type NodeId, type Plan, ROOT, specAt } from "../../config/plan.ts";
import { select } from "../../config/select.ts";
import type { Claim, ConditionName, Expectation } from "./expectation.ts";
import { type ExpectationProblem, parseExpectation } from "./parse.ts";

/** The nodes that a subject stands for; null if there are none. */
export function subjectsOf(plan: Plan, who: string): readonly NodeId[] | null {
  const selected = select(plan, [who]);
  if (selected.ok) return selected.nodes;
  return who === "tree" ? [ROOT] : null;
}

/** @param horizonMs How long the course is that it is judged by; null if nobody knows. */
export function checkExpectation(
  expectation: Expectation,
  plan: Plan,
  horizonMs: number | null = null,
): ExpectationProblem | null {
  const problem = (what: string, hint: string, about: string): ExpectationProblem => ({
    text: expectation.text,
    at: Math.max(0, expectation.text.indexOf(about)),
    what,
    hint,
  });
  const claims = claimsOf(expectation);
  for (const who of expectation.kind === "count" ? [expectation.who] : claims.map(({ who }) => who)) {
    if (subjectsOf(plan, who) !== null) continue;
    const selected = select(plan, [who]);
    const nearest = selected.ok ? null : selected.nearest;
    return problem(
      `nothing in the file is called "${who}"`,
      nearest === null ? "`supervise plan` lists all names" : `did you mean "${nearest}"?`,
      who,
    );
  }
  for (const { who, state } of claims) {
    for (const path of subjectsOf(plan, who)!) {
      const why = whyNever(plan, path, state);
      if (why !== null) {
        return problem(`"${path === ROOT ? "tree" : path}" is never ${state}: ${why[0]}`, why[1], state);
      }
    }
  }
  const lastMs = lastOf(expectation);
  if (horizonMs === null || lastMs <= horizonMs) return null;
  return problem(
    `the course ends after ${formatDuration(horizonMs)}, before that could be told`,
    "let it go on for longer: --for",
    "",
  );
}

/** Expectations that can be judged in a plan. @throws {UserError} `expect/unreadable`, `expect/unreachable` */
export function expectationsOrThrow(
  plan: Plan,
  texts: readonly string[],
  horizonMs: number | null = null,
): readonly Expectation[] {
  return texts.map((text) => {
    const read = parseExpectation(text);
    if (!read.ok) throw wrong("expect/unreadable", read.problem);
    const problem = checkExpectation(read.expectation, plan, horizonMs);
    if (problem !== null) throw wrong("expect/unreachable", problem);
    return read.expectation;
  });
}

function wrong(
  code: "expect/unreadable" | "expect/unreachable",
  { text, at, what, hint }: ExpectationProblem,
): UserError {
  return new UserError(code, `expectation "${text}", column ${at + 1}: ${what}`, {
    exitCode: ExitCode.usage,
    hint,
    details: { expectation: text, column: at + 1 },
  });
}

function claimsOf(expectation: Expectation): readonly Claim[] {
  switch (expectation.kind) {
    case "count":
      return [];
    case "order":
      return [expectation.claim, expectation.than];
    case "within":
      return expectation.of === null ? [expectation.claim] : [expectation.claim, expectation.of];
    default:
      return [expectation.claim];
  }
}

/** The latest time that has to be seen. */
function lastOf(expectation: Expectation): number {
  if (!("range" in expectation)) return 0;
  const { fromMs, toMs } = expectation.range;
  return toMs === Infinity ? fromMs : toMs;
}

/** Why a node can never be in a state, and what to do; null if it can. */
function whyNever(plan: Plan, path: NodeId, state: ConditionName): readonly [string, string] | null {
  const spec = specAt(plan, path);
  switch (state) {
    case "healthy":
    case "unhealthy":
      if (spec.kind !== "tree" && spec.health !== null) return null;
      return ["nobody asks for its health", 'give it a `health`, or expect that it is "ready"'];
    case "completed":
      if (spec.kind === "tree" || !spec.daemon) return null;
      return ["it is a daemon, whose end is a failure", 'expect that it is "stopped" or "failed"'];
    case "backing-off":
      if (path !== ROOT) return null;
      return ["nobody restarts the whole tree", "name an actor, or a tree in it"];
    case "running twice":
      return spec.kind === "tree" ? ["a tree has no process", "name an actor"] : null;
    default:
      return null;
  }
}
