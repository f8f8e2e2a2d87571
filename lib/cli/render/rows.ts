/** What actors are doing, as a table, a tree or a card. */
import { describeDuration } from "../../base/duration.ts";
import { describeGroupLimits } from "../../config/describe_group_limits.ts";
import type { RowExit, StatusRow, TreeStatus } from "../../control/protocol.ts";
import type { ActorError } from "../../supervision/actor_error.ts";
import type { VisibleState } from "../../supervision/view.ts";
import { describeReached } from "../../words/describe_reached.ts";
import { errorLines } from "./actor_error.ts";
import type { Colour, Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { type Cell, renderTable } from "./table.ts";

const COLOURS: Readonly<Record<VisibleState, Colour>> = {
  inactive: "dim",
  waiting: "yellow",
  starting: "yellow",
  running: "green",
  backing_off: "yellow",
  stopping: "yellow",
  stopped: "dim",
  completed: "green",
  failed: "red",
};

/** The whole tree: a line about it, then its actors, nested ones indented unless `flat`. */
export function renderTree(
  status: TreeStatus,
  options: { flat: boolean; columns: number },
  paint: Painter,
): string {
  const head = `${paint.bold(printable(status.name))} ${paint[COLOURS[status.state]](status.state)} ${
    paint.dim(printable(`(supervisor ${status.pid}, ${status.file})`))
  }`;
  return `${head}\n${renderRows(status.actors, options, paint)}`;
}

/** Actors, a line each. */
export function renderRows(
  rows: readonly StatusRow[],
  { flat, columns }: { flat: boolean; columns: number },
  paint: Painter,
): string {
  const header = ["NAME", "STATE", "READY", "PID", "UPTIME", "RESTARTS", "CPU", "MEMORY", "LAST EXIT", "WHY"];
  const right = new Set([3, 4, 5, 6, 7]);
  const body = rows.map((row) => rowCells(row, flat, paint));
  const heads = header.map((text, column): Cell => ({ text, paint: paint.dim, right: right.has(column) }));
  return renderTable([heads, ...body], columns);
}

/** Everything about one actor. */
export function renderCard(row: StatusRow, paint: Painter): string {
  const facts: (readonly [string, string | null])[] = [
    ["kind", `${row.kind}${row.daemon ? ", daemon" : ""}`],
    ["state", paint[COLOURS[row.state]](row.state)],
    ["ready", row.ready === null ? null : row.ready ? "yes" : "no"],
    ["why", row.reason === null ? null : printable(row.reason)],
    ["next run", row.nextRun],
    ["pid", row.pid === null ? null : String(row.pid)],
    ["started", row.startedAt === null ? null : `${row.startedAt} (${describeDuration(row.uptimeMs!)} ago)`],
    ["restarts", String(row.restarts)],
    ["cpu", row.cpu === null ? null : `${row.cpu}%`],
    ["memory", row.rss === null ? null : describeBytes(row.rss)],
    ["cgroup", row.cgroup === null ? null : describeGroupLimits(row.cgroup)],
    ["not kept", row.cgroup === null || row.cgroup.unkept === null ? null : printable(row.cgroup.unkept)],
    [
      "last exit",
      row.exit === null ? null : `${describeExit(row)}${reachedText(row.exit)} at ${row.exit.at}`,
    ],
    ["error", row.error === null ? null : errorText(row.error)],
  ];
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
  return [
    paint.bold(row.path),
    ...known.map(([name, value]) => `  ${paint.dim(`${name}:`.padEnd(10))} ${value}`),
  ].join("\n");
}

/** An error as the value of a fact: what stands below its first line is indented further. */
function errorText(error: ActorError): string {
  return errorLines(error).map((line, index) => `${index === 0 ? "" : "    "}${printable(line)}`).join("\n");
}

/** A size for people: `23.4M`. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "K", "M", "G"]) {
    // Before rounding would add a digit.
    if (value < 999.5) return `${value < 9.95 && unit !== "B" ? value.toFixed(1) : Math.round(value)}${unit}`;
    value /= 1_024;
  }
  return `${value.toFixed(1)}T`;
}

function rowCells(row: StatusRow, flat: boolean, paint: Painter): readonly Cell[] {
  const depth = flat ? 0 : row.path.split("/").length - 1;
  const name = flat ? row.path : row.path.split("/").at(-1)!;
  return [
    { text: `${"  ".repeat(depth)}${name}${row.kind === "tree" ? "/" : ""}` },
    { text: row.state, paint: paint[COLOURS[row.state]] },
    { text: row.ready === null ? "-" : row.ready ? "yes" : "no" },
    { text: row.pid === null ? "-" : String(row.pid), right: true },
    { text: row.uptimeMs === null ? "-" : describeDuration(row.uptimeMs), right: true },
    { text: String(row.restarts), right: true },
    { text: row.cpu === null ? "-" : `${row.cpu}%`, right: true },
    { text: row.rss === null ? "-" : describeBytes(row.rss), right: true },
    { text: describeExit(row) },
    { text: whyText(row) },
  ];
}

function whyText({ reason, nextRun }: StatusRow): string {
  const next = nextRun === null ? [] : [`next run ${nextRun}`];
  return [...(reason === null ? [] : [reason]), ...next].join("; ");
}

function describeExit({ exit }: StatusRow): string {
  return exit === null ? "-" : exit.signal ?? `code ${exit.code}`;
}

function reachedText({ reached }: RowExit): string {
  return reached === null ? "" : ` (${describeReached(reached)})`;
}
