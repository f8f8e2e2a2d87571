import assert from "node:assert/strict";
import { after } from "../../lib/base/instant.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { runProgram } from "../../lib/program/run_program.ts";
import type { ProgramOptions } from "../../lib/program/run_program.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Interrupted } from "../../lib/scope/interrupted.ts";
import { currentTask } from "../../lib/scope/introspection.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { FakeProgram } from "../harness/program.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

/** A program that runs, on a clock that the test moves. */
class Running<T> {
  readonly program: FakeProgram;
  readonly clock = new VirtualClock();
  readonly result: Promise<T>;
  over = false;

  constructor(main: () => Promise<T>, options: ProgramOptions = {}, program = new FakeProgram()) {
    this.program = program;
    this.result = runProgram(program, this.clock, main, options).finally(() => this.over = true);
    this.result.catch(() => {});
  }

  /** Lets everything run that can. */
  async settle(): Promise<void> {
    for (let i = 0; i < 10; i++) await nextTurn();
  }

  async interrupt(): Promise<void> {
    this.program.signal("SIGINT");
    await this.settle();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }
}

const shielded = (body: () => Promise<unknown>) => new CancelScope({ shield: true }).run(body);

/** Waits, cleans up for a while behind a shield, and then waits where no cancel reaches it. */
async function stubborn(steps: string[], stuck: Promise<void>): Promise<void> {
  try {
    await sleepForever();
  } finally {
    steps.push("cancelled");
    try {
      await shielded(() => sleep(60_000));
    } finally {
      steps.push("cut short");
      await stuck;
    }
  }
}

test("program: the first interrupt cancels everything, and Interrupted is raised after the cleanup", async () => {
  const running = new Running(async () => {
    try {
      await sleepForever();
    } finally {
      await shielded(() => sleep(50));
    }
  });
  await running.settle();
  await running.interrupt();
  assert.equal(running.over, false);
  await running.advance(50);
  assert.equal(running.over, true);
  await errorOf(Interrupted, () => running.result);
  assert.equal(running.program.listensTo("SIGINT"), false);
});

test("program: the second interrupt cuts cleanups short, the third ends it with 130 and shows what did not end", async () => {
  const steps: string[] = [];
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  const running = new Running(() =>
    openNursery((nursery) => {
      nursery.startSoon(() => stubborn(steps, stuck), { name: "stubborn" });
      nursery.startSoon(sleepForever, { name: "obedient" });
    })
  );
  await running.settle();
  await running.interrupt();
  assert.deepEqual(steps, ["cancelled"]);
  await running.interrupt();
  assert.deepEqual([steps, running.program.exits], [["cancelled", "cut short"], []]);
  await running.interrupt();
  assert.deepEqual(running.program.exits, [130]);
  assert.match(running.program.written, /^Interrupted\. These tasks did not end:\nmain\n[^]*^ {2}stubborn$/m);
  assert.doesNotMatch(running.program.written, /obedient/);
  await running.interrupt();
  assert.deepEqual(running.program.exits, [130]);
  resolve();
  await errorOf(Interrupted, () => running.result);
});

test("program: without a further interrupt the next step comes by itself, each after the grace time", async () => {
  const steps: string[] = [];
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  const running = new Running(() => stubborn(steps, stuck), { interruptGrace: 1_000 });
  await running.settle();
  await running.interrupt();
  await running.advance(999);
  assert.deepEqual(steps, ["cancelled"]);
  await running.advance(1);
  assert.deepEqual(steps, ["cancelled", "cut short"]);
  await running.advance(999);
  assert.deepEqual(running.program.exits, []);
  await running.advance(1);
  assert.deepEqual(running.program.exits, [130]);
  resolve();
  await raisedBy(() => running.result);
});

test("program: a further interrupt begins the grace time of its own step", async () => {
  const steps: string[] = [];
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  const running = new Running(() => stubborn(steps, stuck), { interruptGrace: 1_000 });
  await running.settle();
  await running.interrupt();
  await running.advance(900);
  await running.interrupt();
  await running.advance(900);
  assert.deepEqual(running.program.exits, []);
  await running.advance(100);
  assert.deepEqual(running.program.exits, [130]);
  resolve();
  await raisedBy(() => running.result);
});

test("program: one that ends in time leaves no timer and no listener behind", async () => {
  const running = new Running(sleepForever);
  await running.settle();
  await running.interrupt();
  await errorOf(Interrupted, () => running.result);
  assert.equal(running.clock.next(), after(running.clock.now(), Infinity));
  await running.advance(1_000_000);
  assert.deepEqual([running.program.exits, running.program.listensTo("SIGINT")], [[], false]);
});

test("program: what the cleanup fails with is the cause of Interrupted", async () => {
  const failure = new RangeError("cleanup");
  const running = new Running(() =>
    sleepForever().catch(() => {
      throw failure;
    })
  );
  await running.settle();
  await running.interrupt();
  assert.equal((await errorOf(Interrupted, () => running.result)).cause, failure);
});

test("program: a handler of SIGINT that is there already is left alone", async () => {
  const program = new FakeProgram();
  let told = 0;
  program.onSignal("SIGINT", () => told += 1);
  const running = new Running(() => sleep(10), {}, program);
  await running.settle();
  await running.interrupt();
  await running.advance(10);
  await running.result;
  assert.deepEqual([told, program.listensTo("SIGINT")], [1, true]);
});

test("program: SIGTERM and SIGHUP are interrupts too, and the first signal gives the exit code", async () => {
  for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    const steps: string[] = [];
    const { promise: stuck, resolve } = Promise.withResolvers<void>();
    const running = new Running(() => stubborn(steps, stuck));
    await running.settle();
    running.program.signal(signal);
    await running.settle();
    await running.interrupt();
    await running.interrupt();
    assert.deepEqual([steps, running.program.exits], [["cancelled", "cut short"], [code]]);
    resolve();
    const error = await errorOf(Interrupted, () => running.result);
    assert.equal(error.signal, signal);
    const [explain] = running.program.explainers;
    assert.deepEqual(explain!(error), { text: "", exitCode: code });
    assert.equal(explain!(new Error("another")), null);
  }
});

test("program: a signal that was ignored at the start is not listened to", async () => {
  const program = new FakeProgram();
  program.ignored.add("SIGHUP");
  const running = new Running(() => sleep(10), {}, program);
  await running.settle();
  assert.deepEqual([program.listensTo("SIGHUP"), program.listensTo("SIGTERM")], [false, true]);
  await running.advance(10);
  await running.result;
});

test("program: one that is not interruptible does not listen", async () => {
  const running = new Running(() => sleep(10), { interruptible: false });
  await running.settle();
  assert.equal(running.program.signal("SIGINT"), false);
  await running.advance(10);
  await running.result;
});

test("program: at the signal for it the tasks are printed, as often as it comes", async () => {
  const running = new Running(
    () => openNursery((nursery) => nursery.startSoon(() => sleep(10), { name: "worker" })),
    {
      printTasksOn: "SIGUSR1",
      name: "server",
    },
  );
  await running.settle();
  running.program.signal("SIGUSR1");
  running.program.signal("SIGUSR1");
  assert.equal(running.program.written, "server\n  worker (waits: sleep)\n".repeat(2));
  await running.advance(10);
  await running.result;
  assert.equal(running.program.listensTo("SIGUSR1"), false);
});

test("program: an instrument that fails is reported on the standard error stream", async () => {
  const broken = {
    taskSpawned() {
      throw new Error("broken");
    },
  };
  const main = () => openNursery((nursery) => nursery.startSoon(() => {})).then(() => currentTask().name);
  const running = new Running(main, { instruments: [broken] });
  assert.equal(await running.result, "main");
  assert.equal(running.program.written, "An instrument failed and was removed: Error: broken\n");
});
