/**
 * Supervisors side by side: ours under each layer of containment and on Deno, a floor in C, a bare Bun loop, and the peers that
 * the machine has. All of them run the same program, write its output to files, have the same limits, and take turns in each
 * round, so that whatever else the machine does meets them all alike. The bench needs npm run build; what it could not measure it
 * says, and at the end it proves that no process of it is left. Interrupted, it ends what runs and shows what it has.
 *
 * Usage: bun bench/supervisors.ts [--rounds 3] [--only NAME,...] [--sizes 10,100,...] [--work tree,words,spawns,lines]
 *   [--idle SECONDS] [--json FILE]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Contender } from "./supervisors/contender.ts";
import { contenders } from "./supervisors/contenders.ts";
import { countOfRun, type Lab } from "./supervisors/lab.ts";
import { CHILD_SCRIPT, compiled, isThere } from "./supervisors/programs.ts";
import { versionOf } from "./supervisors/versions.ts";
import { jsonOf, type Samples, tablesOf } from "./supervisors/report.ts";
import { CannotMeasure, inLab, lines, oneShots, type Sample, tree, words } from "./supervisors/workloads.ts";

const WORK = ["tree", "words", "spawns", "lines"];
/** How that is installed which is built here or measured as a bare loop, and has no version of its own to tell. */
const OWN_SOURCES = ["cc -O2", "sources", "npm run build"];
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    sizes: { type: "string", default: "10,100,1000,5000" },
    work: { type: "string", default: WORK.join() },
    idle: { type: "string", default: "10" },
    json: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const sizes = values.sizes.split(",").map(Number);
const work = values.work.split(",");
const began = new Date();

const folder = mkdtempSync(join(tmpdir(), "supervisors-"));
const floor = compiled("floor.c", folder);
const child = compiled("child.c", folder);
const all = contenders(floor ?? join(folder, "floor"));
const chosen = values.only?.split(/,(?! )/) ?? all.map(({ name }) => name);
const unknown = [
  ...chosen.filter((name) => !all.some((one) => one.name === name)),
  ...work.filter((one) => !WORK.includes(one)),
];
if (
  unknown.length > 0 ||
  ![rounds, Number(values.idle), ...sizes].every((number) => number >= 0)
) {
  console.error(
    `unknown: ${unknown}; --only is some of ${all.map(({ name }) => name)}, --work of ${WORK}`,
  );
  process.exit(2);
}

/** What could not be measured, and why. */
const gaps = new Map<string, string>();
const samples: Samples = new Map();
const settings = {
  folder,
  child: child ?? CHILD_SCRIPT,
  idleMs: Number(values.idle) * 1_000,
};
if (child === null) {
  gaps.set(
    "floor (C)",
    "no compiler; the services are a shell script, which costs all of them more",
  );
}

const present = all.filter((one) => chosen.includes(one.name)).filter((one) => {
  const missing = one.programs.filter((program) => !isThere(program));
  if (missing.length > 0) {
    gaps.set(one.name, `not installed: ${missing} (${one.install})`);
  }
  return missing.length === 0;
});
for (const { name } of present) samples.set(name, new Map());
const versions = new Map(
  present.filter(({ install }) => !OWN_SOURCES.includes(install)).map((one) => [one.name, versionOf(one)]),
);

let isInterrupted = false;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => isInterrupted = true);
}

/** One workload of all contenders in turn. */
async function inTurn(
  title: string,
  run: (lab: Lab, sample: Sample) => Promise<void>,
  size = 0,
): Promise<void> {
  for (const contender of present) {
    const key = `${contender.name}: ${title}`;
    if (isInterrupted || gaps.has(key)) continue;
    if (size > (contender.most ?? Infinity)) {
      gaps.set(key, `it takes ${contender.most} services at most`);
    } else await one(contender, key, run);
  }
}

async function one(
  contender: Contender,
  key: string,
  run: (lab: Lab, sample: Sample) => Promise<void>,
): Promise<void> {
  process.stderr.write(`${key} ... `);
  const rows = samples.get(contender.name)!;
  const taken: string[] = [];
  const sample: Sample = (row, value) => {
    rows.set(row, [...rows.get(row) ?? [], value]);
    if (!taken.at(-1)?.startsWith(`${row} `)) {
      taken.push(`${row} ${Math.round(value)}`);
    }
  };
  try {
    const left = await inLab(contender, settings, (lab) => run(lab, sample));
    if (left > 0) {
      gaps.set(
        `${contender.name}: left over`,
        `${left} processes after its end (${key})`,
      );
    }
  } catch (error) {
    if (!(error instanceof CannotMeasure)) throw error;
    gaps.set(key, error.message.replaceAll(/\s+/g, " "));
  }
  console.error(gaps.get(key) ?? taken.join(", "));
}

for (let round = 0; round < rounds; round++) {
  console.error(`round ${round + 1} of ${rounds}`);
  if (work.includes("words")) await inTurn("version and help", words);
  for (const size of work.includes("tree") ? sizes : []) {
    const title = `${size.toLocaleString("en")} services`;
    await inTurn(
      title,
      (lab, sample) => tree(size, lab, settings, round === 0, sample),
      size,
    );
  }
  if (work.includes("spawns")) await inTurn("200 that exit", oneShots);
  for (
    const mode of work.includes("lines") ? ["blocks", "lines"] as const : []
  ) {
    await inTurn(
      `400,000 lines, ${mode}`,
      (lab, sample) => lines(mode, lab, sample),
    );
  }
}

rmSync(folder, { recursive: true, force: true });
const loads = loadavg().map((load) => load.toFixed(1)).join(", ");
const machine =
  `${began.toISOString().slice(0, 10)}, Bun ${
    process.versions["bun"]
  }, ${availableParallelism()} cores, load ${loads}, ` +
  `${rounds} rounds`;
const known = [...versions].filter(([, version]) => version !== null);
for (const [name, version] of versions) {
  if (version === null) gaps.set(`${name}: version`, "neither it nor its package tells");
}
console.log(`${machine}\n\nVersions: ${known.map((pair) => pair.join(" ")).join(", ")}`);
console.log(`\n${tablesOf(samples, sizes)}\n\nNot measured:`);
if (isInterrupted) console.log("- the rest: interrupted");
else if (gaps.size === 0) console.log("- nothing");
for (const [key, why] of gaps) console.log(`- ${key}: ${why}`);
const left = countOfRun(folder);
console.log(`\nProcesses of this run that are left: ${left}`);
if (left > 0) process.exitCode = 1;
if (values.json !== undefined) {
  const json = {
    machine,
    versions: Object.fromEntries(versions),
    samples: jsonOf(samples),
    notMeasured: Object.fromEntries(gaps),
  };
  writeFileSync(values.json, `${JSON.stringify(json, null, 2)}\n`);
}
