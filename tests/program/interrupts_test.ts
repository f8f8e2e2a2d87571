import assert from "node:assert/strict";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";

// No program is sent SIGUSR1 here: Deno opens its inspector at it, once a program is up for half a second, instead of ending it.

/** A program that says what becomes of it; `body` is its root task. */
function program(body: string, options = "{}"): Script {
  return new Script(`
    import process from "node:process";
    import * as library from "supervise";
    const { CancelScope, Interrupted, openNursery, openSignalReceiver, run, sleepForever } = library;
    const shielded = (body) => new CancelScope({ shield: true }).run(body);
    // Keeps the runtime from ending a program that waits for nothing but promises.
    const alive = setInterval(() => {}, 1_000_000);
    try {
      await run(async () => { ${body} }, ${options});
      console.log("done");
    } catch (error) {
      console.log(error.name);
      process.exitCode = error instanceof Interrupted ? 130 : 1;
    }
    clearInterval(alive);
  `);
}

const CLEANUP = `
  try {
    console.log("ready");
    await sleepForever();
  } finally {
    console.log("cancelled");
    try {
      await shielded(sleepForever);
    } finally {
      console.log("cut short");
      await new Promise(() => {});
    }
  }
`;

test("interrupt: Ctrl-C lets a real program clean up, and ends it with Interrupted", async () => {
  const script = program(`
    try {
      console.log("ready");
      await sleepForever();
    } finally {
      await shielded(() => library.sleep(1));
      console.log("cleaned up");
    }
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGINT");
  const { rest, code } = await script.end();
  assert.deepEqual([rest, code], [["cleaned up", "Interrupted"], 130]);
});

test("interrupt: the second Ctrl-C cuts the cleanup short, the third ends a real program with 130", async () => {
  const script = program(CLEANUP);
  for (const expected of ["ready", "cancelled", "cut short"]) {
    assert.equal(await script.line(), expected);
    script.signal("SIGINT");
  }
  const { rest, code, stderr } = await script.end();
  assert.deepEqual([rest, code], [[], 130]);
  assert.match(stderr, /^Interrupted\. These tasks did not end:\nmain/);
});

test("interrupt: code that never comes to a checkpoint is ended when the grace time is over", async () => {
  const script = program(CLEANUP, "{ interruptGrace: 1 }");
  assert.equal(await script.line(), "ready");
  script.signal("SIGINT");
  const { rest, code } = await script.end();
  assert.deepEqual([rest, code], [["cancelled", "cut short"], 130]);
});

test("interrupt: a Ctrl-C that comes while tasks keep each other busy is noticed", async () => {
  const script = program(`
    console.log("ready");
    while (true) await library.checkpoint();
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGINT");
  assert.deepEqual((await script.end()).rest, ["Interrupted"]);
});

test("interrupt: at the signal for it a real program prints its tasks, and goes on", async () => {
  const script = program(
    `
      await openSignalReceiver(["SIGHUP"], async (signals) => {
        console.log("ready");
        await signals.receive();
      });
    `,
    `{ printTasksOn: "SIGUSR2", name: "server" }`,
  );
  assert.equal(await script.line(), "ready");
  script.signal("SIGUSR2");
  await script.complained;
  script.signal("SIGHUP");
  const { rest, code, stderr } = await script.end();
  assert.deepEqual([rest, code], [["done"], 0]);
  assert.match(stderr, /^server/);
});

test("signal receiver: a real signal that nobody received does at the exit what it does without the receiver", async () => {
  const script = program(`
    await openSignalReceiver(["SIGHUP", "SIGUSR2"], async (signals) => {
      console.log("ready");
      // Both have come when the first of them is received: the other is left.
      await signals.receive();
      while (signals.pending.length === 0) await library.checkpoint();
      console.log("leaves");
    });
    await sleepForever();
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGUSR2");
  script.signal("SIGHUP");
  assert.equal(await script.line(), "leaves");
  const { signal, rest } = await script.end();
  assert.ok(signal === "SIGHUP" || signal === "SIGUSR2", String(signal));
  assert.deepEqual(rest, []);
});

test("signal receiver: many real signals are received, and a task beside them goes on", async () => {
  const script = program(`
    let steps = 0;
    await openNursery((nursery) => {
      nursery.startSoon(async () => {
        while (true) {
          await library.checkpoint();
          steps += 1;
        }
      });
      nursery.startSoon(() =>
        openSignalReceiver(["SIGUSR2"], async (signals) => {
          for (let i = 0; i < 20; i++) {
            process.kill(process.pid, "SIGUSR2");
            await signals.receive();
          }
          nursery.cancelScope.cancel();
        })
      );
    });
    console.log(steps > 0 ? "both" : "starved");
  `);
  const { rest } = await script.end();
  assert.deepEqual(rest, ["both", "done"]);
});
