/** Expectations that can never be checked in a plan, or that could never be so: those are mistakes. PURE. */
import { formatDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { type NodeId, type Plan, ROOT, specAt, treeAt } from "../../config/plan.ts";
import { nameHint, select } from "../../config/select.ts";
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
  const { text } = expectation;
  return unknownName(expectation, plan) ?? unreachableState(expectation, plan) ??
    uncountable(expectation, plan) ??
    alwaysSo(expectation) ?? beyond();

  function beyond(): ExpectationProblem | null {
    if (horizonMs === null || lastOf(expectation) <= horizonMs) return null;
    return {
      text,
      at: expectation.kind === "within" ? placeOf(text, "within", 1) : text.search(/\S+$/),
      what: `the course ends after ${formatDuration(horizonMs)}, before that could be told`,
      hint: "let it go on for longer: --for of `simulate`, --minutes of `chaos`",
    };
  }
}

function unknownName(expectation: Expectation, plan: Plan): ExpectationProblem | null {
  const { text } = expectation;
  const named = expectation.kind === "count"
    ? [{ who: expectation.who, from: "" }]
    : claimsOf(expectation).map(({ claim: { who }, from }) => ({ who, from }));
  for (const { who, from } of named) {
    if (subjectsOf(plan, who) !== null) continue;
    const selected = select(plan, [who]);
    const nearest = selected.ok ? null : selected.nearest;
    return {
      text,
      at: placeOf(text, who, 0, from),
      what: `nothing in the file is called "${who}"`,
      hint: nameHint(nearest),
    };
  }
  return null;
}

function unreachableState(expectation: Expectation, plan: Plan): ExpectationProblem | null {
  const { text } = expectation;
  for (const { claim: { who, state }, from, isEachMeant } of claimsOf(expectation)) {
    const paths = subjectsOf(plan, who)!;
    const found = paths.flatMap((path) => {
      const why = whyNever(plan, path, state);
      return why === null ? [] : [{ path, why }];
    });
    if (found.length === 0 || (!isEachMeant && found.length < paths.length)) continue;
    const { path, why } = found[0]!;
    return {
      text,
      at: placeOf(text, who, 1, from),
      what: `"${path === ROOT ? "tree" : path}" is never ${state}: ${why[0]}`,
      hint: why[1],
    };
  }
  return null;
}

/** Restarts that are demanded of what is never restarted. */
function uncountable(expectation: Expectation, plan: Plan): ExpectationProblem | null {
  if (expectation.kind !== "count" || expectation.what !== "restarts") return null;
  const { text, who, how, number } = expectation;
  if (how === "at most" || number === 0) return null;
  const path = subjectsOf(plan, who)!.find((path) => path !== ROOT && specAt(plan, path).restart === "never");
  if (path === undefined) return null;
  return {
    text,
    at: placeOf(text, who),
    what: `"${path}" is never restarted: its \`restart\` is "never"`,
    hint: "give it another `restart`, or count its starts",
  };
}

function alwaysSo(expectation: Expectation): ExpectationProblem | null {
  if (expectation.kind !== "order") return null;
  const { text, claim, than } = expectation;
  if (claim.who !== than.who || claim.state !== than.state || claim.isNot !== than.isNot) return null;
  return {
    text,
    at: 0,
    what: "both are the same, and that is always so",
    hint: "name two actors, or two states",
  };
}

/**
 * The place of a word, or of one that follows it; 0 if it is not there.
 *
 * @param steps How many words after it; `not` is passed over.
 * @param from Look behind this word; from the beginning if it is empty.
 */
function placeOf(text: string, word: string, steps: 0 | 1 = 0, from = ""): number {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }));
  const start = from === "" ? 0 : words.findIndex((one) => one.text === from) + 1;
  const index = words.findIndex((one, place) =>
    place >= start && [word, `"${word}"`, `'${word}'`].includes(one.text)
  );
  if (index === -1) return 0;
  if (steps === 0) return words[index]!.at;
  const after = words.slice(index + 1).find((one) => !["not", "always", "never"].includes(one.text));
  return after?.at ?? words[index]!.at;
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

interface Placed {
  readonly claim: Claim;
  /** The word behind which it stands; empty for the beginning. */
  readonly from: string;
  /** Whether a single one that can never be so breaks the sentence, or makes nothing of it. */
  readonly isEachMeant: boolean;
}

function claimsOf(expectation: Expectation): readonly Placed[] {
  if (expectation.kind === "count") return [];
  const { kind, claim } = expectation;
  const isDenied = (kind === "never") !== claim.isNot;
  const first: Placed = { claim, from: "", isEachMeant: !isDenied };
  const second = kind === "order" ? expectation.than : kind === "within" ? expectation.of : null;
  if (second === null) return [first];
  return [first, { claim: second, from: kind === "order" ? "before" : "of", isEachMeant: false }];
}

/** The latest time that has to be seen. */
function lastOf(expectation: Expectation): number {
  if (expectation.kind === "within") return expectation.ms;
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
      if (path === ROOT) return ["nobody restarts the whole tree", "name an actor, or a tree in it"];
      // With another strategy the failure of a sibling takes it along.
      if (spec.restart !== "never" || treeAt(plan, spec.parent!).strategy !== "one_for_one") return null;
      return ['its `restart` is "never"', 'expect that it is "failed", or give it another `restart`'];
    case "running twice":
      return spec.kind === "tree" ? ["a tree has no process", "name an actor"] : null;
    default:
      return null;
  }
}
