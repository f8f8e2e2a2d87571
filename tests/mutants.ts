/**
 * Makes faults in the core, one at a time, and says which tests see each. By hand: it takes some minutes.
 *
 *     bun tests/mutants.ts            all faults
 *     bun tests/mutants.ts tree goals those whose names have one of these words in them
 *
 * Ends with 1 if a fault is seen by no test. `SEEDS` is the number of seeds of each simulation.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { MUTATIONS } from "./mutation/mutations.ts";
import { Trial, type Verdict } from "./mutation/trial.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 400);
const FOLDER = "tests/supervision";
const SIMULATION = `${FOLDER}/simulation_test.ts`;

const words = process.argv.slice(2);
const tables = readdirSync(join(dirname(fileURLToPath(import.meta.url)), "supervision"))
  .filter((file) => file.endsWith("_test.ts") && !SIMULATION.endsWith(file))
  .map((file) => `${FOLDER}/${file}`);

/** Each column of the report, and the tests that it stands for. */
const COLUMNS = {
  auditor: { files: [SIMULATION], pattern: "promise", seeds: SEEDS },
  reference: { files: [SIMULATION], pattern: "reference", seeds: SEEDS },
  tables: { files: tables, seeds: 0 },
};

const trial = new Trial();
let survivors = 0;
try {
  for (const [name, selection] of Object.entries(COLUMNS)) {
    const failed = await trial.run(null, selection);
    if (failed.length > 0) throw new Error(`${name}: fails without any fault: ${failed.join("; ")}`);
  }
  console.log("auditor reference tables");
  for (const mutation of MUTATIONS) {
    if (words.length > 0 && !words.some((word) => mutation.name.includes(word))) continue;
    const auditor = await trial.run(mutation, COLUMNS.auditor);
    const reference = await trial.run(mutation, COLUMNS.reference);
    const inTables = await trial.run(mutation, COLUMNS.tables);
    const isSeen = [auditor, reference, inTables].some(({ length }) => length > 0);
    if (!isSeen) survivors += 1;
    const columns = [mark(auditor).padEnd(7), mark(reference).padEnd(9), String(inTables.length).padEnd(6)];
    console.log(`${columns.join(" ")} ${mutation.name}${isSeen ? "" : "   SURVIVES"}`);
    for (const test of inTables.slice(0, 3)) console.log(`                           ${test}`);
  }
} finally {
  trial.end();
}
console.log(survivors === 0 ? "every fault is seen" : `${survivors} faults are seen by no test`);
process.exitCode = survivors === 0 ? 0 : 1;

function mark(verdict: Verdict): string {
  return verdict.length > 0 ? "seen" : "-";
}
