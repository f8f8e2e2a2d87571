/** `bun tests/mutants.ts` tries all faults; here it is seen that each can still be made, and of a few that they are seen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "../harness/test.ts";
import { mutated, MUTATIONS } from "./mutations.ts";
import { Trial } from "./trial.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Those that the simulation once passed over, and that need few seeds. */
const SEEN_SOON = [
  "stop_order: everybody may stop at once",
  "strategy: rest_for_one takes nobody along",
  "start_order: concurrency is ignored",
];

test("mutations: every fault can be made, once, and has a name of its own", () => {
  for (const mutation of MUTATIONS) mutated(mutation, readFileSync(join(ROOT, mutation.file), "utf8"));
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length);
});

test("mutations: the simulation passes without a fault, and sees some that it once did not", async () => {
  // The tests are tried on Bun, whatever tries them: once is enough.
  if ("Deno" in globalThis) return;
  const trial = new Trial();
  try {
    const selection = { files: ["tests/supervision/simulation_test.ts"], pattern: "promise", seeds: 30 };
    assert.deepEqual(await trial.run(null, selection), []);
    for (const name of SEEN_SOON) {
      const mutation = MUTATIONS.find((one) => one.name === name);
      assert.ok(mutation !== undefined, name);
      assert.notDeepEqual(await trial.run(mutation, selection), [], name);
    }
  } finally {
    trial.end();
  }
});
