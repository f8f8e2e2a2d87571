/** The parts of an explanation, as sentences for people under one word each. */
import { counted } from "../base/counted.ts";
import { describeDuration, formatDuration } from "../base/duration.ts";
import { nameSome } from "../base/name_some.ts";
import { ROOT } from "../config/plan.ts";
import type { Explanation, Next } from "../explanation/explanation.ts";
import { rootsOf, type Wait } from "../explanation/waits.ts";
import { describeForecast } from "./describe_forecast.ts";
import { describeReason } from "./describe_reason.ts";
import { describeWhy } from "./describe_why.ts";

/** Where the file says what a key of a node is, such as `supervise.toml:12`; null if it does not. */
export type PlaceOf = (path: string, key: string) => string | null;

/** A part of an explanation. The first line of several may be followed by indented ones. */
export interface Part {
  readonly about: "what" | "waits" | "next" | "left" | "if" | "do";
  readonly lines: readonly string[];
}

/** More waits are not shown. */
const MOST_WAITS = 8;

/** See the module. */
export function describeExplanation(explanation: Explanation, placeOf: PlaceOf): readonly Part[] {
  const { path, next, waits, roots, forecast, state } = explanation;
  const isRunning = state === "running" && (explanation.why === null || explanation.why.kind !== "health");
  const parts: readonly Part[] = [
    { about: "what", lines: whatLines(explanation) },
    { about: "waits", lines: waitLines(waits) },
    {
      about: "next",
      lines: [
        ...next.map((one) => nextLine(one, path, placeOf)),
        ...roots.flatMap((root) =>
          root.next.map((one) => `${root.path}: ${nextLine(one, root.path, placeOf)}`)
        ),
      ],
    },
    { about: "left", lines: leftLines(explanation, placeOf) },
    {
      about: "if",
      lines: [
        ...forecast === null ? [] : describeForecast(forecast, isRunning),
        ...roots.flatMap((root) =>
          root.forecast === null ? [] : [`${root.path}: ${describeForecast(root.forecast, false).join("; ")}`]
        ),
      ],
    },
    { about: "do", lines: adviceLines(explanation) },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

function whatLines(explanation: Explanation): readonly string[] {
  const { path, state, why, says, root, kind, ready, restarts } = explanation;
  const lines: string[] = [];
  const it = path === ROOT ? "the whole tree" : "it";
  if (why !== null) lines.push(`${it} ${verbOf(state, why.kind)}${describeWhy(why)}`);
  else if (state === "running") {
    lines.push(
      kind === "tree"
        ? `all in ${it} is well`
        : `${it} runs${ready === true ? " and is ready" : ", and is not ready"}`,
    );
  } else if (state === "inactive" && explanation.next.some(({ what }) => what === "run")) {
    lines.push("it is between two runs of its schedule");
  } else if (state === "completed") lines.push(`${it} has done its work`);
  else if (state === "inactive") lines.push(`nobody has started ${it}, and nothing starts it by itself`);
  else if (state === "starting" && kind === "tree") lines.push(`something in ${it} is not ready yet`);
  if (root !== null && root.node !== null) {
    lines.push(`it began with "${root.node}": ${describeReason(root.reason)}`);
  }
  if (restarts > 0) lines.push(`it was restarted ${counted(restarts, "time")} so far`);
  if (says !== null) lines.push(`it says of itself: ${says}`);
  return lines;
}

/** The words between "it" and a reason. */
function verbOf(state: Explanation["state"], kind: NonNullable<Explanation["why"]>["kind"]): string {
  switch (kind) {
    case "probe":
      return "runs, and is not ready: ";
    case "hook":
      return "has not begun: ";
    case "failed":
      return state === "failed" ? "has failed: " : "is between two runs, and the last has failed: ";
    case "health":
      return "runs, and ";
    case "teardown":
      return "is being taken down: ";
    case "stopping":
      return "is to stop: ";
    case "killed":
      return "was ";
    case "stopped":
      return "was ";
    case "held":
      return "stands still: ";
    case "profile":
      return "is not started by itself: ";
    default:
      return "";
  }
}

function waitLines(waits: readonly Wait[]): readonly string[] {
  const lines: string[] = [];
  const tell = (wait: Wait, depth: number) => {
    const age = wait.sinceMs === null ? "" : ` for ${describeDuration(wait.sinceMs)}`;
    const why = wait.why === null || wait.why.kind === "dependencies" ? "" : `: ${describeWhy(wait.why)}`;
    const root = wait.isRoot ? (wait.isHopeless ? "  <- never by itself" : "  <- here it hangs") : "";
    const state = `${wait.state.replace("_", " ")}${age}`;
    lines.push(`${"  ".repeat(depth)}${wait.on} to be ${wait.condition}; it is ${state}${why}${root}`);
    for (const one of wait.waits) tell(one, depth + 1);
  };
  for (const wait of waits) tell(wait, 0);
  if (lines.length <= MOST_WAITS + 1) return lines;
  return [...lines.slice(0, MOST_WAITS), `and ${lines.length - MOST_WAITS} more; --json has them all`];
}

function nextLine(next: Next, path: string, placeOf: PlaceOf): string {
  const when = next.inMs === null ? "" : `in ${describeDuration(next.inMs)} `;
  return `${when}${whatNext(next)}${keyText(next.keys, path, placeOf)}`;
}

function whatNext(next: Next): string {
  switch (next.what) {
    case "restart":
      return "it is started again";
    case "regroup":
      return "it is started again together with its siblings";
    case "run":
      return "its schedule has it run";
    case "reset":
      return "its restarts count as if it had never failed";
    case "kill":
      return "what is left of it is killed";
    case "cancel_ends":
      return "it gets its stop signal";
    case "teardown":
      return "what is left in it is killed";
    case "spawn":
      return "its process is made, as soon as there is room";
    case "start_timeout":
      return `its start has failed, if it is not ready before: it has ${formatDuration(next.limitMs)}`;
    case "run_timeout":
      return `it has run too long and is stopped: it has ${formatDuration(next.limitMs)}`;
    case "probe":
      return `it is asked again whether it is ready (attempt ${next.attempt})`;
    case "check":
      return next.failures === 0
        ? `its health is checked again; ${next.retries} failures in a row make it unhealthy`
        : `its health is checked again; ${next.failures} of ${next.retries} failures in a row that make it unhealthy`;
    case "watchdog":
      return `it is unhealthy, unless it speaks before: it has ${formatDuration(next.limitMs)}`;
  }
}

/** The key that says so: its place in the file, or that nothing there does. */
function keyText(keys: readonly string[], path: string, placeOf: PlaceOf): string {
  if (keys.length === 0) return "";
  for (const key of keys) {
    const place = placeOf(path, key);
    if (place !== null) return ` (${key}, ${place})`;
  }
  return ` (${keys.at(-1)} by default)`;
}

function leftLines({ path, budget, restart, state }: Explanation, placeOf: PlaceOf): readonly string[] {
  if (path === ROOT || state === "completed" || state === "stopped" || state === "inactive") return [];
  if (restart === "never") return [`no restarts${keyText(["restart"], path, placeOf)}`];
  if (budget === null) return [];
  const when = restart === "always" ? "whenever it ends" : "when it fails";
  if (budget.intensity === "unlimited" || budget.left === null) {
    return [`it is restarted ${when}, without a limit${keyText(["intensity"], path, placeOf)}`];
  }
  const { restarts, withinMs } = budget.intensity;
  const owner = budget.sharedBy ?? path;
  const shared = budget.sharedBy === null
    ? ""
    : `, shared by all in ${budget.sharedBy === ROOT ? "the tree" : `"${budget.sharedBy}"`}`;
  const within = formatDuration(withinMs);
  return [
    `${budget.left} of ${counted(restarts, "restart")} within ${within}${shared}${
      keyText(["intensity"], owner, placeOf)
    }`,
  ];
}

function adviceLines(explanation: Explanation): readonly string[] {
  const { path, state, why, waits, root, forecast } = explanation;
  const of = path === ROOT ? "" : ` ${path}`;
  switch (state) {
    case "waiting": {
      const roots = [...new Set(rootsOf(waits).map(({ on }) => on))];
      if (why?.kind === "turn" || roots.length === 0) return [];
      const names = nameSome(roots);
      const isHopeless = rootsOf(waits).some(({ isHopeless }) => isHopeless);
      return [
        isHopeless
          ? `mend ${names} (\`supervise logs ${roots[0]}\`), then \`supervise start ${roots[0]}\``
          : `look at ${names}: \`supervise logs ${roots[0]}\`, \`supervise explain ${roots[0]}\``,
        `\`supervise start --no-deps${of}\` starts it without waiting`,
      ];
    }
    case "starting":
      return path === ROOT ? [] : [`\`supervise logs${of}\` shows what it prints`];
    case "backing_off":
      return [`\`supervise logs${of}\` shows why it ended; \`supervise restart${of}\` starts it at once`];
    case "failed": {
      const first = root?.node ?? path;
      return first === ROOT ? [] : [
        `\`supervise logs ${first}\` shows what it printed; when that is mended, \`supervise reset ${first}\` starts it again`,
      ];
    }
    case "stopped":
      return path === ROOT ? [] : [`\`supervise start${of}\``];
    case "inactive":
      return why?.kind === "profile"
        ? [`\`supervise start${of}\`, or \`supervise up --profile ${why.profiles[0]}\``]
        : [`\`supervise start${of}\``];
    case "stopping":
      return path === ROOT ? [] : [`\`supervise signal KILL${of}\` does not wait any longer`];
    case "running":
      return forecast !== null && why?.kind === "health"
        ? [`\`supervise logs${of}\`; \`supervise restart${of}\``]
        : [];
    case "completed":
      return [];
  }
}
