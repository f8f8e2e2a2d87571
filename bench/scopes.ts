/**
 * The scheduler against bare promises and against what a user would pick instead. Every measurement is a process of its own;
 * the contenders take turns in each round, so that whatever else the machine does meets them all alike.
 *
 * Usage: bun bench/scopes.ts [--rounds 5]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES } from "./scopes/cases.ts";

const CONTENDERS = ["bare", "supervise", "effection", "effect"];
/** A contender that takes longer than this is out of the comparison. */
const LIMIT_MS = 30_000;
const ONE = fileURLToPath(new URL("./scopes/one.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  Bun: ["bun", ONE],
  Deno: [
    "deno",
    "run",
    "--allow-all",
    `--config=${CONFIG}`,
    "--v8-flags=--expose-gc",
    ONE,
  ],
};

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);

for (const [runtime, command] of Object.entries(RUNTIMES)) {
  console.log(`\n${runtime}, median of ${rounds} rounds\n`);
  console.log(
    `| | bare promises | supervise | effection | effect |\n| --- | --- | --- | --- | --- |`,
  );
  for (const what of [...Object.keys(CASES), "memory"]) {
    const results = new Map<string, (number | null)[]>(
      CONTENDERS.map((name) => [name, []]),
    );
    for (let round = 0; round < rounds; round++) {
      for (const name of CONTENDERS) {
        const before = results.get(name)!;
        // Who could not once is not asked again.
        before.push(
          before.includes(null) ? null : measure(command, name, what),
        );
      }
    }
    const medians = CONTENDERS.map((name) => median(results.get(name)!));
    console.log(
      `| ${titleOf(what)} | ${medians.map((value) => cell(value, medians[1]!, what)).join(" | ")} |`,
    );
  }
}

function measure(
  [program, ...args]: readonly string[],
  name: string,
  what: string,
): number | null {
  const result = spawnSync(program!, [...args, name, what], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  const value = Number(result.stdout.trim() || "NaN");
  return result.stdout.trim() === "null" || Number.isNaN(value) ? null : value;
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted.length < values.length ? null : sorted[Math.floor(sorted.length / 2)]!;
}

function titleOf(what: string): string {
  return what === "memory" ? "memory of a parked task" : what;
}

/** The figure, and in which ratio it is to ours. */
function cell(value: number | null, ours: number | null, what: string): string {
  if (value === null) return "cannot";
  const figure = what === "memory" ? `${Math.round(value)} bytes` : `${Math.round(value)} ms`;
  return value === ours || ours === null ? `**${figure}**` : `${figure} (${(value / ours).toFixed(2)}x)`;
}
