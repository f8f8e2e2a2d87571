/** Tables of figures: a contender in each row, a runtime in each column. */
import type { Metric } from "./cases.ts";
import { type Runtime, RUNTIMES } from "./runtimes.ts";
import type { Row } from "./subjects.ts";

/** The figure of a contender on a runtime; null where it has none. */
export type Figures = (row: Row, runtime: Runtime) => number | null;

/** A table of one metric in markdown. */
export function tableOf(
  metric: Metric,
  rows: readonly Row[],
  runtimes: readonly Runtime[],
  figures: Figures,
): string {
  const names = runtimes.map((runtime) => RUNTIMES[runtime]);
  return [
    `| ${metric.title} | ${names.join(" | ")} |`,
    `| --- |${" --- |".repeat(names.length)}`,
    ...rows.map((row) => {
      const cells = runtimes.map((runtime) => cell(metric, row, rows, runtime, figures));
      return `| ${row.title} | ${cells.join(" | ")} |`;
    }),
  ].join("\n");
}

function cell(
  metric: Metric,
  row: Row,
  rows: readonly Row[],
  runtime: Runtime,
  figures: Figures,
): string {
  const value = figures(row, runtime);
  if (value === null) return "cannot";
  const figure = `${value < 10 ? value.toFixed(2) : Math.round(value)} ${metric.unit}`.replace(" /s", "/s");
  const base = baseOf(row, rows, runtime, figures);
  if (base === row) return `**${figure}**`;
  const than = base === undefined ? null : figures(base, runtimeOf(base, runtime));
  if (than === null) return figure;
  return `${figure} (${(metric.isRate ? than / value : value / than).toFixed(2)}x)`;
}

/** What a row is compared with: ours of its kind; while there is none, the floor of its kind. */
function baseOf(
  row: Row,
  rows: readonly Row[],
  runtime: Runtime,
  figures: Figures,
): Row | undefined {
  return ["supervise", `raw_${row.kind}`]
    .map((module) => rows.find((other) => other.module === module && other.kind === row.kind))
    .find((other) => other !== undefined && figures(other, runtimeOf(other, runtime)) !== null);
}

/** Ours does not run on Node: there it is ours on Bun. */
function runtimeOf({ module }: Row, runtime: Runtime): Runtime {
  return module === "supervise" && runtime === "node" ? "bun" : runtime;
}
