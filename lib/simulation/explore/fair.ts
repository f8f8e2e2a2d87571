/**
 * Which scripts a sound file gets through. Only those are tried, and only to those a script is shrunk: a failure that
 * nothing can be done about says nothing of the file. PURE.
 */
import { actorAt } from "../../config/plan.ts";
import { isRunLine, type RunLine, type ScriptLine, type TreeLine } from "../script.ts";
import { failuresOf, isMissedWhenDown } from "./failures.ts";
import type { Ground } from "./ground.ts";

type Request = Extract<TreeLine, { readonly kind: "request" }>;

/** @param faults How many runs may fail. */
export function isFair(ground: Ground, script: readonly ScriptLine[], faults: number): boolean {
  const requests = script.filter((line): line is Request => line.kind === "request");
  return hasFewFailures(ground, script.filter(isRunLine), faults) &&
    hearsAll(script, requests) && endsOnce(requests);
}

/** The time at which a script takes the tree down; Infinity if it does not. */
export function downAt(script: readonly ScriptLine[]): number {
  return Math.min(
    Infinity,
    ...script.flatMap((line) => line.kind === "request" && line.request.verb === "down" ? [line.atMs] : []),
  );
}

function hasFewFailures({ plan }: Ground, lines: readonly RunLine[], faults: number): boolean {
  let failures = 0;
  for (const line of lines) {
    const spec = actorAt(plan, line.path);
    const more = failuresOf(line, spec);
    if (more > 0 && !isMissedWhenDown(spec)) return false;
    if (line.kind === "hang" && !spec.daemon && spec.runTimeoutMs === null) return false;
    failures += more;
  }
  return failures <= faults;
}

/** Nobody hears a request while there is no supervisor; and nobody brings a tree back that was to be taken down. */
function hearsAll(script: readonly ScriptLine[], requests: readonly Request[]): boolean {
  return script.every((line) =>
    line.kind !== "kill_supervisor" ||
    requests.every(({ atMs, request }) =>
      atMs > line.atMs + line.forMs || (atMs < line.atMs && request.verb !== "down")
    )
  );
}

function endsOnce(requests: readonly Request[]): boolean {
  const ends = requests.filter(({ request }) => request.verb === "down");
  return ends.length === 0 || (ends.length === 1 && requests.every(({ atMs }) => atMs <= ends[0]!.atMs));
}
