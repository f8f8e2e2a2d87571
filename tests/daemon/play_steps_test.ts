/**
 * SIGKILL of the supervisor, of its guardian, and of both in one instant, at every step that they take on the machine while a
 * tree starts, restarts, stops and goes down. A run of the tests takes every fifth step, from a random one on; `EVERY=1` plays
 * all of them, and `STEP=n` one alone.
 */
import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";
import { FakeTrees, family } from "./fake_trees.ts";

const ONLY = process.env["STEP"];
const EVERY = Number(process.env["EVERY"] ?? 5);

/** Counts aloud; each run has a number that no other has. */
const counter: FakeProgram = async (self) => {
  for (let number = 0;; number++) {
    self.print(`${self.pid} ${number}\n`);
    await self.sleep(100);
  }
};

const LIMITS = `
  [defaults.cgroup]
  memory_max = "64MiB"
  pids_max = 5
  required = true
`;

const config = ({ onDeath, isolate, place }: Play) => `
  on_supervisor_death = "${onDeath}"
  intensity = { restarts = 100, within = "1s" }
  isolate = ${isolate}
  ${place === "with limits" ? LIMITS : ""}
  [actors.counter]
  exec = ["/bin/counter"]
  daemon = true
  [actors.family]
  exec = ["/bin/family"]
  daemon = true
  depends_on = ["counter"]
  [actors.job]
  exec = ["/bin/job"]
  restart = "on-failure"
`;

/** What the machine has, and whether it is used to limit anything. */
const PLACES = ["with control groups", "without control groups", "with limits"] as const;

/** What is different from one play to the next. */
interface Play {
  readonly onDeath: "die" | "survive";
  readonly victim: "supervisor" | "guardian" | "both" | "isolator";
  readonly place: typeof PLACES[number];
  readonly isolate: boolean;
}

/** Plays all of it; at call `step` of the victim it is killed. Returns how many calls there were. */
async function playSteps(play: Play, step: number): Promise<number> {
  const { onDeath, victim, place } = play;
  let calls = 0;
  let isArmed = true;
  let jobs = 0;
  let told = "";
  await runVirtual(async (clock) => {
    const job: FakeProgram = async (self) => {
      await self.sleep(250);
      jobs += 1;
      self.exit(0);
    };
    const trees: FakeTrees = new FakeTrees(clock, {
      config: config(play),
      groups: place !== "without control groups",
      isDelegated: place === "with limits",
      programs: { "/bin/counter": counter, "/bin/family": family, "/bin/job": job },
      mortality: {
        diesBefore: (role, call) => {
          if (!isArmed || role !== (victim === "both" ? "supervisor" : victim)) return false;
          calls += 1;
          if (calls !== step) return false;
          told = call;
          if (victim === "both") trees.killGuardian();
          return true;
        },
      },
    });
    const attempt = async (body: () => Promise<unknown>) => {
      try {
        await body();
      } catch (error) {
        assert.match(
          (error as Error).message,
          /died|not running|closed the connection|already running|still ending|has no socket/,
        );
      }
    };
    try {
      await attempt(() => trees.up());
      await attempt(() => trees.ready());
      await attempt(() => trees.ask("restart", "counter"));
      await trees.pass(300);
      await attempt(() => trees.ask("stop", "family"));
      trees.assertNoTwins();
      await attempt(() => trees.down());
      await trees.pass(1_000);
      trees.assertNoTwins();
      if (onDeath === "die") {
        // What has no supervisor any more is gone by now, unless nobody was left to see to it.
        if (victim !== "both") assert.deepEqual(trees.actors(), []);
      }
      isArmed = false;
      await trees.up();
      // What had been stopped by hand stays so.
      for (const path of ["counter", "family"]) await trees.ask("start", path);
      trees.assertNoTwins();
      await trees.pass(500);
      const receipt = await trees.down();
      assert.equal(receipt.left, 0, JSON.stringify(receipt.survivors));
      await trees.untilGone();
      trees.assertNothingLeft();
      assert.ok(trees.log("counter").length > 3);
      if (place === "with limits") trees.assertAtHome();
      assertLines(
        trees.log("counter"),
        victim === "guardian" || victim === "isolator" || step === 0 ? 0 : MOST_LOST,
      );
      assert.ok(jobs <= 2 + (step > 0 ? 1 : 0), `the job ran ${jobs} times`);
    } catch (error) {
      await trees.settle();
      throw new Error(`step ${step} (${told}): ${(error as Error).message}\n${trees.story()}`, {
        cause: error,
      });
    }
  });
  return calls;
}

/** What a supervisor has read and not yet written when it is killed. */
const MOST_LOST = 1;

/** The lines of each run are there in order, each once, and none is missing but `lost`. */
function assertLines(lines: readonly string[], lost: number): void {
  const next = new Map<string, number>();
  let missing = 0;
  for (const line of lines) {
    const [run, number] = line.split(" ") as [string, string];
    const expected = next.get(run) ?? 0;
    assert.ok(Number(number) >= expected, `line ${line} comes twice, or too late`);
    missing += Number(number) - expected;
    next.set(run, Number(number) + 1);
  }
  assert.ok(missing <= lost, `${missing} lines are missing: ${lines.join(", ")}`);
}

function plays(): readonly Play[] {
  const all: Play[] = [];
  for (const onDeath of ["survive", "die"] as const) {
    for (const place of PLACES) {
      for (const victim of ["supervisor", "guardian", "both"] as const) {
        all.push({ onDeath, victim, place, isolate: false });
      }
      for (const victim of ["supervisor", "isolator"] as const) {
        all.push({ onDeath, victim, place, isolate: true });
      }
    }
  }
  return all;
}

for (const play of plays()) {
  const { onDeath, victim, place, isolate } = play;
  const tree = `${isolate ? "an isolated tree" : "a tree"} that is to ${onDeath}`;
  test(`steps: ${victim} killed at every step of ${tree}, ${place}`, async () => {
    const total = await playSteps(play, 0);
    assert.ok(total > 5);
    if (ONLY !== undefined) return await playSteps(play, Number(ONLY)).then(() => {});
    for (let step = 1 + Math.floor(Math.random() * EVERY); step <= total; step += EVERY) {
      await playSteps(play, step);
    }
  });
}
