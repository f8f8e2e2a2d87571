import assert from "node:assert/strict";
import type { Signal } from "../../lib/base/signals.ts";
import { receiveSignals } from "../../lib/program/signal_receiver.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { FakeProgram } from "../harness/program.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

test("signal receiver: signals that have come are received, each kind once until it is received", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    await receiveSignals(program, ["SIGHUP", "SIGUSR1"], async (signals) => {
      for (const signal of ["SIGHUP", "SIGUSR1", "SIGHUP", "SIGHUP"] as const) program.signal(signal);
      assert.deepEqual([await signals.receive(), await signals.receive()], ["SIGHUP", "SIGUSR1"]);
      program.signal("SIGHUP");
      assert.equal(await signals.receive(), "SIGHUP");
      assert.equal(await moveOnAfter(1, () => signals.receive()), undefined);
    });
    assert.deepEqual(program.raised, []);
  });
});

test("signal receiver: whoever waits goes on when one comes", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    await receiveSignals(program, ["SIGHUP"], (signals) =>
      openNursery(async (nursery) => {
        const got: Signal[] = [];
        nursery.startSoon(async () => {
          for await (const signal of signals) {
            got.push(signal);
            if (got.length === 2) return;
          }
        });
        await waitAllTasksBlocked();
        program.signal("SIGHUP");
        await waitAllTasksBlocked();
        assert.deepEqual(got, ["SIGHUP"]);
        program.signal("SIGHUP");
      }));
  });
});

test("signal receiver: what was not received goes to whoever listens next, after the receiver has let go", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    const seen: string[] = [];
    await receiveSignals(program, ["SIGHUP", "SIGUSR1"], async () => {
      program.onSignal("SIGHUP", () => seen.push("SIGHUP"));
      program.signal("SIGUSR1");
      program.signal("SIGUSR1");
      await sleep(1);
    });
    assert.deepEqual([program.raised, program.listensTo("SIGUSR1"), seen], [["SIGUSR1"], false, []]);
  });
});

test("signal receiver: a cancel, an error and a wait that is cancelled lose no signal", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    await moveOnAfter(5, () =>
      receiveSignals(program, ["SIGHUP"], async () => {
        program.signal("SIGHUP");
        await sleepForever();
      }));
    await errorOf(RangeError, () =>
      receiveSignals(program, ["SIGUSR1"], () => {
        program.signal("SIGUSR1");
        throw new RangeError();
      }));
    assert.deepEqual(program.raised, ["SIGHUP", "SIGUSR1"]);
    await receiveSignals(program, ["SIGUSR2"], async (signals) => {
      await moveOnAfter(1, () => signals.receive());
      program.signal("SIGUSR2");
      assert.equal(await signals.receive(), "SIGUSR2");
    });
  });
});

test("signal receiver: a second task that receives is an error, also in the moment when a signal has come", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    await receiveSignals(program, ["SIGHUP"], (signals) =>
      openNursery(async (nursery) => {
        nursery.startSoon(async () => assert.equal(await signals.receive(), "SIGHUP"));
        await waitAllTasksBlocked();
        await errorOf(TypeError, () => signals.receive());
        program.signal("SIGHUP");
        await errorOf(TypeError, () => signals.receive());
        await waitAllTasksBlocked();
        program.signal("SIGHUP");
        assert.equal(await signals.receive(), "SIGHUP");
      }));
  });
});

test("signal receiver: none named is a mistake, and one named twice is one", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    await errorOf(TypeError, () => receiveSignals(program, [], () => {}));
    await receiveSignals(program, ["SIGHUP", "SIGHUP"], () => void program.signal("SIGHUP"));
    assert.deepEqual(program.raised, ["SIGHUP"]);
  });
});

test("signal receiver: it gives what the body gives, and receivers beside each other get the same signals", async () => {
  await runVirtual(async () => {
    const program = new FakeProgram();
    const value = await receiveSignals(
      program,
      ["SIGHUP"],
      (outer) =>
        receiveSignals(program, ["SIGHUP"], async (inner) => {
          program.signal("SIGHUP");
          return [await outer.receive(), await inner.receive()];
        }),
    );
    assert.deepEqual(value, ["SIGHUP", "SIGHUP"]);
  });
});
