/**
 * Workers for the CPU against their floors and against what a user would pick instead. Every measurement is a process of its own;
 * the contenders take turns in each round, on all runtimes, so that whatever else the machine does meets them all alike. A ratio
 * is to ours of the same kind on the same runtime (on Node, where ours does not run: to ours on Bun), to the floor where ours has no figure;
 * more than 1 is slower.
 *
 * Usage: bun bench/workers.ts [--rounds 5] [--only call|throughput|cold|scaling|bytes] [--runtime bun|deno|node]
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { parseArgs } from "node:util";
import { CASES } from "./workers/cases.ts";
import { buildForNode, commandFor, type Runtime, RUNTIMES } from "./workers/runtimes.ts";
import { isMadeFor, type Row, rowsOf } from "./workers/subjects.ts";
import { tableOf } from "./workers/table.ts";

/** A contender that takes longer than this is out of the comparison. */
const LIMIT_MS = 30_000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    runtime: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const runtimes = chosen(Object.keys(RUNTIMES), values.runtime) as Runtime[];
const cases = chosen(Object.keys(CASES), values.only);
/** Who could not, and why, a line for each. */
const failures = new Set<string>();

if (runtimes.includes("node")) buildForNode();
console.log(`Median of ${rounds} rounds`);
for (const what of cases) {
  const rows = rowsOf(what);
  const figures = measureInTurns(what, rows);
  for (const [index, metric] of CASES[what]!.metrics.entries()) {
    const figureOf = (row: Row, runtime: Runtime) => medianOf(figures.get(keyOf(row, runtime)), index);
    console.log(`\n${tableOf(metric, rows, runtimes, figureOf)}`);
  }
}
if (failures.size > 0) console.log(`\nCannot:\n\n${[...failures].join("\n")}`);

function chosen(
  all: readonly string[],
  one: string | undefined,
): readonly string[] {
  if (one === undefined) return all;
  if (!all.includes(one)) {
    throw new Error(`There is no ${one}, only ${all.join(", ")}`);
  }
  return [one];
}

/** The figures of every contender and runtime, one array for each round; null for who could not. */
function measureInTurns(
  what: string,
  rows: readonly Row[],
): Map<string, number[][] | null> {
  const figures = new Map<string, number[][] | null>();
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      for (const runtime of runtimes) {
        const key = keyOf(row, runtime);
        const before = figures.get(key);
        // Who could not once is not asked again.
        if (before === null || !isMadeFor(row, runtime)) continue;
        console.error(`${what}, round ${round}: ${key}`);
        const result = measure(runtime, row, what);
        if (typeof result === "string") {
          failures.add(`- ${key}, ${what}: ${result}`);
        }
        figures.set(
          key,
          typeof result === "string" ? null : [...before ?? [], result],
        );
      }
    }
  }
  return figures;
}

function keyOf({ title }: Row, runtime: Runtime): string {
  return `${title} on ${RUNTIMES[runtime]}`;
}

/** The figures of one measurement, or in a line what went wrong. */
function measure(
  runtime: Runtime,
  { module, kind, isMoving }: Row,
  what: string,
): number[] | string {
  const [program, ...args] = commandFor(runtime);
  const { stdout, stderr, error } = spawnSync(
    program,
    [...args, module, kind, isMoving ? "moving" : "copying", what],
    {
      encoding: "utf8",
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      env: { ...process.env, NO_COLOR: "1" },
    },
  );
  const line = stdout.trim().split("\n").at(-1)!;
  if (line.startsWith("[")) return JSON.parse(line);
  if (error !== undefined) return `not within ${LIMIT_MS / 1_000} seconds`;
  const lines = `${stdout}\n${stderr}`.split("\n").map((text) => text.trim())
    .filter((text) => text !== "");
  return (lines.find((text) => /error/i.test(text)) ?? lines.at(-1) ??
    "no output").slice(0, 160);
}

function medianOf(
  rounds: readonly number[][] | null | undefined,
  index: number,
): number | null {
  if (rounds === null || rounds === undefined) return null;
  const values = rounds.map((figures) => figures[index]!).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)]!;
}
