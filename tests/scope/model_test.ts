/**
 * Random programs against a small reference model. A failing seed is printed with the smallest program that was found to
 * fail; run it alone with `SEED=n`, and more of them with `SEEDS=n`.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { seeded } from "../../lib/base/chance.ts";
import { test } from "../harness/test.ts";
import { randomProgram, smaller, type Step } from "./model/program.ts";
import { runReal } from "./model/run_real.ts";
import { runReference } from "./model/run_reference.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 3000);
const ONLY = process.env["SEED"];

test("model: random programs do what the rules say", async () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [Number(ONLY)];
  for (const seed of seeds) {
    const program = randomProgram(seeded(seed));
    if (await agrees(program, seed)) continue;
    const least = await shrink(program, seed);
    const [actual, expected] = [await runReal(least, seed), runReference(least)];
    assert.deepEqual(actual, expected, `seed ${seed}: ${JSON.stringify(least, null, 1)}`);
  }
});

async function agrees(program: readonly Step[], seed: number): Promise<boolean> {
  return (await runReal(program, seed)).join("\n") === runReference(program).join("\n");
}

async function shrink(program: readonly Step[], seed: number): Promise<readonly Step[]> {
  for (const less of smaller(program)) if (!await agrees(less, seed)) return await shrink(less, seed);
  return program;
}
