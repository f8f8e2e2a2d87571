/** A page about one actor or tree: all that is known of it, in the order in which one asks. */
import { describeDuration, formatDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { describeGroupLimits } from "../../config/describe_group_limits.ts";
import type { Neighbour, NodeDetails } from "../../control/details.ts";
import type { RowExit, StatusRow } from "../../control/protocol.ts";
import type { ActorError } from "../../supervision/actor_error.ts";
import { describeReached } from "../../words/describe_reached.ts";
import { errorLines } from "./actor_error.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { COLOURS, describeBytes, describeExit } from "./rows.ts";
import { tailLines } from "./tail.ts";
import { wrapTo } from "./wrap.ts";

/** Where the values stand. */
const INDENT = 14;

/** Narrower than that no value is broken into lines. */
const LEAST_COLUMNS = 10;

/** A name and its value; a fact without a value is left out. */
type Fact = readonly [name: string, value: string | null];

/** How it is to be shown. */
export interface CardOptions {
  /** Infinity where there is no terminal: nothing is broken into lines then. */
  readonly columns: number;
  /** The date, in milliseconds since 1970. */
  readonly now: number;
}

/** See the module. */
export function renderCard(row: StatusRow, about: NodeDetails, options: CardOptions, paint: Painter): string {
  const groups = [stateFacts(row, about), processFacts(row, about), relationFacts(about)]
    .map((facts) => factLines(facts, options.columns, paint)).filter((lines) => lines.length > 0);
  const tail = tailLines(about.lastLines, options.columns, paint);
  const last = tail.length === 0 ? [] : [[`  ${paint.dim("last lines:")}`, ...tail]];
  return [
    headOf(row, about, options, paint),
    ...[...groups, ...last].flatMap((lines, index) => index === 0 ? lines : ["", ...lines]),
  ].join("\n");
}

function headOf(row: StatusRow, { since }: NodeDetails, { now }: CardOptions, paint: Painter): string {
  const state = paint[COLOURS[row.state]](row.state.replace("_", " "));
  const ready = [wordOf(row.ready, "ready"), wordOf(row.healthy, "healthy")].join("");
  const age = since === null
    ? ""
    : paint.dim(` for ${describeDuration(Math.max(0, now - Date.parse(since)))}`);
  return `${paint.bold(row.path)}  ${state}${ready}${age}`;
}

function wordOf(is: boolean | null, word: string): string {
  return is === null ? "" : is ? `, ${word}` : `, not ${word}`;
}

function stateFacts(row: StatusRow, { since, next }: NodeDetails): readonly Fact[] {
  return [
    ["since", since],
    ["why", row.reason],
    ["says", row.says],
    ["next", next],
    ["next run", row.nextRun],
    [
      "last exit",
      row.exit === null ? null : `${describeExit(row)}${reachedText(row.exit)} at ${row.exit.at}`,
    ],
    ["error", row.error === null ? null : errorText(row.error)],
  ];
}

function processFacts(row: StatusRow, about: NodeDetails): readonly Fact[] {
  const { command, cwd, privileges, probe, startTimeoutMs } = about;
  const uptime = row.uptimeMs === null ? null : describeDuration(row.uptimeMs);
  const within = startTimeoutMs === null ? "" : `, within ${formatDuration(startTimeoutMs)}`;
  return [
    ["pid", row.pid === null ? null : `${row.pid}${uptime === null ? "" : ` (${uptime} old)`}`],
    ["kind", `${row.kind}${row.daemon ? ", daemon" : ""}`],
    ["command", command === null ? null : command.map(quoted).join(" ")],
    ["folder", cwd],
    ["runs", privileges],
    ["restarts", restartsText(row, about)],
    [
      "ready when",
      row.kind === "tree" ? null : `${probe ?? "its program runs"}${probe === null ? "" : within}`,
    ],
    ["health", about.health],
    ["cpu", row.cpu === null ? null : `${row.cpu}%`],
    ["memory", row.rss === null ? null : describeBytes(row.rss)],
    ["limits", row.cgroup === null ? null : describeGroupLimits(row.cgroup)],
    ["not kept", row.cgroup?.unkept ?? null],
  ];
}

function relationFacts({ dependsOn, neededBy, declaredAt, logFile }: NodeDetails): readonly Fact[] {
  return [
    ["depends on", neighboursText(dependsOn)],
    ["needed by", neighboursText(neededBy)],
    ["declared", `${declaredAt.file}:${declaredAt.line}`],
    ["log", logFile],
  ];
}

function restartsText({ restarts }: StatusRow, { restart, budget }: NodeDetails): string {
  const policy = `${restarts}; ${restart}`;
  if (restart === "never" || budget === null || budget.intensity === "unlimited") return policy;
  const { restarts: most, withinMs } = budget.intensity;
  const whose = budget.sharedBy === null
    ? ""
    : `, shared by all of ${budget.sharedBy === "" ? "the tree" : `"${budget.sharedBy}"`}`;
  return `${policy}, ${budget.left} of ${most} left within ${formatDuration(withinMs)}${whose}`;
}

function neighboursText(neighbours: readonly Neighbour[]): string | null {
  if (neighbours.length === 0) return null;
  return nameSome(neighbours.map(({ path, condition, state }) => `${path} (${condition}; it is ${state})`));
}

function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function factLines(facts: readonly Fact[], columns: number, paint: Painter): readonly string[] {
  const room = columns - INDENT < LEAST_COLUMNS ? Infinity : columns - INDENT;
  return facts.flatMap(([name, value]) => {
    if (value === null) return [];
    const lines = value.split("\n").flatMap((line) => wrapTo(printable(line), room));
    return lines.map((line, index) => {
      const head = index === 0 ? `  ${paint.dim(`${name}:`.padEnd(INDENT - 2))}` : " ".repeat(INDENT);
      return `${head}${line}`.trimEnd();
    });
  });
}

/** An error as the value of a fact: what stands below its first line is indented further. */
function errorText(error: ActorError): string {
  return errorLines(error).map((line, index) => `${index === 0 ? "" : "  "}${line}`).join("\n");
}

function reachedText({ reached }: RowExit): string {
  return reached === null ? "" : ` (${describeReached(reached)})`;
}
