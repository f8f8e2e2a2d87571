/** Finds the lines of a script that could never happen in a plan: nothing is simulated that means nothing. PURE. */
import { actorAt, type ActorSpec, isProbed, type Plan } from "../config/plan.ts";
import { isRunLine, type RunLine, type ScriptLine, type TreeLine } from "./script.ts";
import { type ScriptProblem, writeLine } from "./script_text.ts";

/** The problems of a script, in its order. */
export function checkScript(plan: Plan, lines: readonly ScriptLine[]): readonly ScriptProblem[] {
  return lines.flatMap((line) => {
    const wrong = isRunLine(line) ? wrongWith(line, actorAt(plan, line.path)) : wrongWithTree(line);
    return wrong === null ? [] : [{ line: lineText(line), what: wrong[0], hint: wrong[1] }];
  });
}

/** A line as it stands on a command line. */
export function lineText(line: ScriptLine): string {
  const [kind, text] = writeLine(line);
  return `--${kind} ${text}`;
}

function wrongWithTree(line: TreeLine): readonly [string, string] | null {
  const isStop = line.kind === "request" && line.request.verb === "signal" &&
    line.request.signal === "SIGSTOP";
  return isStop
    ? ["no process of a simulation stands still", "let it `--hang`: it answers nothing any more then"]
    : null;
}

function wrongWith(line: RunLine, spec: ActorSpec): readonly [string, string] | null {
  switch (line.kind) {
    case "unhealthy":
      return spec.health !== null
        ? null
        : [`nobody asks for the health of "${line.path}"`, "give it a `health`, or let it hang or crash"];
    case "slow": {
      const isAsked = isProbed(spec);
      return isAsked || !spec.daemon ? null : [
        `"${line.path}" is ready as soon as ${spec.ready === null ? "it runs" : "its delay is over"}`,
        "give it a `ready` that finds out",
      ];
    }
    case "hook":
      return spec.hooks?.commands[line.hook] !== undefined
        ? null
        : [`"${line.path}" has no ${line.hook} hook`, "`supervise plan` shows those that it has"];
    default:
      return null;
  }
}
