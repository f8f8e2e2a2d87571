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

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

for (const [signal, code] of Object.entries(CODES) as [keyof typeof CODES, number][]) {
  test(`interrupt: at ${signal} a real program cleans up, and ends with ${code} if nobody catches that`, async () => {
    const script = new Script(`
      import { CancelScope, run, sleep, sleepForever } from "supervise";
      await run(async () => {
        try {
          console.log("ready");
          await sleepForever();
        } finally {
          await new CancelScope({ shield: true }).run(() => sleep(1));
          console.log("cleaned up");
        }
      });
    `);
    assert.equal(await script.line(), "ready");
    script.signal(signal);
    const end = await script.end();
    assert.deepEqual([end.rest, end.code, end.signal, end.stderr], [["cleaned up"], code, null, ""]);
  });
}

test("interrupt: a program that nobody awaits ends the same way", async () => {
  const script = new Script(`
    import { run, sleepForever } from "supervise";
    setInterval(() => {}, 1_000_000);
    void run(async () => {
      console.log("ready");
      await sleepForever();
    });
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGTERM");
  const { code, stderr } = await script.end();
  assert.deepEqual([code, stderr], [143, ""]);
});

test("interrupt: an error of the cleanup is told, and the code is that of the signal", async () => {
  const script = new Script(`
    import { run, sleepForever } from "supervise";
    await run(async () => {
      try {
        console.log("ready");
        await sleepForever();
      } finally {
        throw new RangeError("no room");
      }
    });
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGTERM");
  const { code, stderr } = await script.end();
  assert.equal(code, 143);
  assert.match(stderr, /^Interrupted, and the cleanup failed: RangeError: no room\n/);
});

test("interrupt: a program that catches it goes on, and ends as it likes", async () => {
  const script = new Script(`
    import { Interrupted, run, sleepForever } from "supervise";
    try {
      await run(async () => {
        console.log("ready");
        await sleepForever();
      });
    } catch (error) {
      console.log(error instanceof Interrupted, error.signal);
    }
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGTERM");
  const { code, rest } = await script.end();
  assert.deepEqual([code, rest], [0, ["true SIGTERM"]]);
});

test("interrupt: a signal that a task receives is that task's alone", async () => {
  const script = program(`
    await openSignalReceiver(["SIGTERM"], async (signals) => {
      console.log("ready");
      console.log(await signals.receive());
    });
    console.log("not cancelled");
    await sleepForever();
  `);
  assert.equal(await script.line(), "ready");
  script.signal("SIGTERM");
  assert.equal(await script.line(), "SIGTERM");
  assert.equal(await script.line(), "not cancelled");
  script.signal("SIGTERM");
  assert.deepEqual((await script.end()).rest, ["Interrupted"]);
});

test("interrupt: a signal that was ignored when the program was started stays ignored", async () => {
  const script = new Script(
    `
      import { run, sleepForever } from "supervise";
      await run(async () => {
        console.log("ready");
        await sleepForever();
      });
    `,
    // As nohup does.
    { before: ["sh", "-c", `trap "" HUP; exec "$0" "$@"`] },
  );
  assert.equal(await script.line(), "ready");
  script.signal("SIGHUP");
  script.signal("SIGTERM");
  assert.equal((await script.end()).code, 143);
});

test("interrupt: an error that nobody catches after an interrupt is told, and handlers of the program go first", async () => {
  for (
    const [handler, expected] of [["", 1], [`process.on("uncaughtException", () => process.exit(7));`, 7]]
  ) {
    const script = new Script(`
      import process from "node:process";
      import { run, sleepForever } from "supervise";
      ${handler}
      await run(async () => {
        console.log("ready");
        await sleepForever();
      }).catch(() => {});
      setTimeout(() => {
        throw new RangeError("later");
      });
    `);
    assert.equal(await script.line(), "ready");
    script.signal("SIGTERM");
    const { code, stderr } = await script.end();
    assert.equal(code, expected);
    if (handler === "") assert.match(stderr, /RangeError: later/);
  }
});

test("signal receiver: a real signal that nobody received does at the exit what it does without the receiver", async () => {
  const script = program(`
    await openSignalReceiver(["SIGALRM", "SIGUSR2"], async (signals) => {
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
  script.signal("SIGALRM");
  assert.equal(await script.line(), "leaves");
  const { signal, rest } = await script.end();
  assert.ok(signal === "SIGALRM" || signal === "SIGUSR2", String(signal));
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
