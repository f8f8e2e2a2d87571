/** The state of actors, as a table or a tree. */
import { describeDuration } from "../../base/duration.ts";
import type { StatusRow, TreeStatus } from "../../control/protocol.ts";
import type { VisibleState } from "../../supervision/view.ts";
import { cutTo } from "./cut.ts";
import type { Colour, Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { type Cell, renderTable, tableWidth } from "./table.ts";
import { widthOf } from "./width.ts";
import { wrapTo } from "./wrap.ts";

/** The colour of a state. */
export const COLOURS: Readonly<Record<VisibleState, Colour>> = {
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
  const name = printable(status.name);
  const room = options.columns - widthOf(`${name} ${status.state} `);
  const where = cutTo(printable(`(supervisor ${status.pid}, ${status.file})`), Math.max(1, room));
  const head = `${paint.bold(name)} ${paint[COLOURS[status.state]](status.state)} ${paint.dim(where)}`;
  return `${head}\n${renderRows(status.actors, options, paint)}`;
}

/** Actors, a line each; where there is no room for the reasons, each has lines of its own below its actor. */
export function renderRows(
  rows: readonly StatusRow[],
  { flat, columns }: { flat: boolean; columns: number },
  paint: Painter,
): string {
  const header = ["NAME", "STATE", "READY", "PID", "UPTIME", "RESTARTS", "CPU", "MEMORY", "LAST EXIT", "WHY"];
  const right = new Set([3, 4, 5, 6, 7]);
  const body = rows.map((row) => rowCells(row, flat, paint));
  const heads = header.map((text, column): Cell => ({ text, paint: paint.dim, right: right.has(column) }));
  const table = [heads, ...body];
  if (tableWidth(table) <= columns) return renderTable(table);
  const [head, ...lines] = renderTable(table.map((cells) => cells.slice(0, -1)), columns).split("\n");
  return [head, ...lines.flatMap((line, at) => [line, ...reasonLines(rows[at]!, { flat, columns }, paint)])]
    .join("\n");
}

function reasonLines(
  row: StatusRow,
  { flat, columns }: { flat: boolean; columns: number },
  paint: Painter,
): readonly string[] {
  const reason = printable(whyText(row).replace(/\s+/g, " "));
  if (reason === "") return [];
  const indent = "  ".repeat(depthOf(row, flat) + 2);
  return wrapTo(reason, Math.max(1, columns - indent.length)).map((line) => indent + paint.dim(line));
}

function depthOf({ path }: StatusRow, flat: boolean): number {
  return flat ? 0 : path.split("/").length - 1;
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
  const name = flat ? row.path : row.path.split("/").at(-1)!;
  return [
    { text: `${"  ".repeat(depthOf(row, flat))}${name}${row.kind === "tree" ? "/" : ""}` },
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

/** How the last run ended, in a word. */
export function describeExit({ exit }: StatusRow): string {
  return exit === null ? "-" : exit.signal ?? `code ${exit.code}`;
}
