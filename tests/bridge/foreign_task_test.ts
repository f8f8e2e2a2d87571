import assert from "node:assert/strict";
import type { ForeignChannel, InsideChannel } from "../../lib/bridge/foreign_channel.ts";
import {
  ForeignTaskCancelled,
  ForeignTaskReturned,
  InsideCancelled,
  InsideReturned,
} from "../../lib/bridge/foreign_errors.ts";
import { openForeignTask } from "../../lib/bridge/foreign_task.ts";
import { tryCurrentFrame } from "../../lib/scope/ambient.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { checkpoint } from "../../lib/scope/park.ts";
import { sleep, sleepForever } from "../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../lib/scope/timeouts.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

type Channel = ForeignChannel<string, number, number>;
type Inside = InsideChannel<number, number>;

/** Settles with the reason of the signal, when it aborts. */
function aborted(channel: Channel): Promise<never> {
  return new Promise((_, reject) => {
    channel.signal.addEventListener("abort", () => reject(channel.signal.reason));
  });
}

/** A foreign function that is ready, and says how it learned of the end of the inside. */
function listening(told: unknown[]): (channel: Channel) => Promise<void> {
  return async (channel) => {
    channel.started("ready");
    told.push(await raisedBy(() => aborted(channel)));
  };
}

test("foreign task: values go both ways, and the body begins when the function is ready", async () => {
  await runVirtual(async () => {
    const steps: string[] = [];
    const doubler = async (channel: Channel) => {
      await Promise.resolve();
      steps.push("ready");
      channel.started("first");
      for (let i = 0; i < 3; i++) await channel.send(await channel.receive() * 2);
    };
    const result = await openForeignTask(doubler, async (channel: Inside, first: string) => {
      steps.push(`begins with ${first}`);
      const got: number[] = [];
      for (const value of [1, 2, 3]) {
        await channel.send(value);
        got.push(await channel.receive());
      }
      return got;
    });
    assert.deepEqual([steps, result], [["ready", "begins with first"], [2, 4, 6]]);
  });
});

test("foreign task: the function is in no task and in no scope", async () => {
  await runVirtual(async () => {
    let frame: unknown = "unseen";
    const look = async (channel: Channel) => {
      await Promise.resolve();
      frame = tryCurrentFrame();
      channel.started("ready");
    };
    await openForeignTask(look, () => {});
    assert.equal(frame, null);
  });
});

test("foreign task: when the function returns, the body gets what was sent, and then the end", async () => {
  await runVirtual(async () => {
    const brief = async (channel: Channel) => {
      channel.started("ready");
      await channel.send(1);
      await channel.send(2);
    };
    await openForeignTask(brief, async (channel) => {
      await checkpoint();
      const got: number[] = [];
      for await (const value of channel) got.push(value);
      assert.deepEqual(got, [1, 2]);
      await errorOf(ForeignTaskReturned, () => channel.receive());
      await errorOf(ForeignTaskReturned, () => channel.send(1));
    });
  });
});

test("foreign task: a function that returns does not end a body that waits for nothing of it", async () => {
  await runVirtual(async () => {
    const brief = (channel: Channel) => Promise.resolve(channel.started("ready"));
    const value = await openForeignTask(brief, async () => {
      await sleep(10);
      return 7;
    });
    assert.equal(value, 7);
  });
});

test("foreign task: when the function fails, the body is cancelled wherever it waits, and the error is raised", async () => {
  const waits: Readonly<Record<string, (channel: Inside) => Promise<unknown>>> = {
    "asleep": () => sleepForever(),
    "receiving": (channel) => channel.receive(),
    "iterating": async (channel) => {
      for await (const _ of channel);
      assert.fail("a failure is no end");
    },
    "sending": async (channel) => {
      while (true) await channel.send(1);
    },
  };
  for (const [where, wait] of Object.entries(waits)) {
    await runVirtual(async () => {
      const failure = new RangeError("foreign");
      const gate = Promise.withResolvers<void>();
      const failing = async (channel: Channel) => {
        channel.started("ready");
        await gate.promise;
        throw failure;
      };
      let inside: unknown;
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await waitAllTasksBlocked();
          gate.resolve();
        });
        const raised = await raisedBy(() =>
          openForeignTask(failing, async (channel: Inside) => {
            inside = await raisedBy(() => wait(channel));
            throw inside;
          }, { capacity: 2 })
        );
        assert.equal(raised, failure, where);
      });
      assert.ok(inside instanceof Cancelled, `${where}: ${String(inside)}`);
    });
  }
});

test("foreign task: behind a shield, whoever waits for something of a function that fails gets its error", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("foreign");
    const gate = Promise.withResolvers<void>();
    const failing = async (channel: Channel) => {
      channel.started("ready");
      await gate.promise;
      throw failure;
    };
    const raised = await raisedBy(() =>
      openForeignTask(failing, async (channel: Inside) => {
        await new CancelScope({ shield: true }).run(async () => {
          gate.resolve();
          await channel.receive();
        });
      })
    );
    assert.equal(raised, failure);
  });
});

test("foreign task: a function that fails before it is ready is raised as it is, and the body never begins", async () => {
  await runVirtual(async () => {
    const failure = new RangeError("foreign");
    for (const failing of [() => Promise.reject(failure), thrower(failure)]) {
      const raised = await raisedBy(() => openForeignTask(failing, () => assert.fail("never began")));
      assert.equal(raised, failure);
    }
  });
});

function thrower(failure: Error): () => Promise<never> {
  return () => {
    throw failure;
  };
}

test("foreign task: a function that returns without started() is an error, and one that starts twice too", async () => {
  await runVirtual(async () => {
    const error = await errorOf(
      ForeignTaskReturned,
      () => openForeignTask(() => Promise.resolve(), () => assert.fail("never began")),
    );
    assert.match(error.message, /without started\(\)/);
    const twice = async (channel: Channel) => {
      channel.started("once");
      await Promise.resolve();
      channel.started("twice");
    };
    assert.match((await errorOf(TypeError, () => openForeignTask(twice, sleepForever))).message, /twice/);
  });
});

test("foreign task: when the body returns, the function is told so, and waited for", async () => {
  await runVirtual(async () => {
    const told: unknown[] = [];
    assert.equal(await openForeignTask(listening(told), () => 7), 7);
    assert.ok(told[0] instanceof InsideReturned);
  });
});

test("foreign task: when the body fails, the function is told so with the cause", async () => {
  await runVirtual(async () => {
    const told: unknown[] = [];
    const failure = new RangeError("inside");
    const failing = () => openForeignTask(listening(told), () => Promise.reject(failure));
    assert.equal(await raisedBy(failing), failure);
    assert.ok(told[0] instanceof InsideCancelled);
    assert.equal(told[0].cause, failure);
  });
});

test("foreign task: when the body is cancelled, the function is told so, and the cancel goes on", async () => {
  await runVirtual(async () => {
    const told: unknown[] = [];
    const value = await moveOnAfter(10, () => openForeignTask(listening(told), sleepForever));
    assert.equal(value, undefined);
    assert.ok(told[0] instanceof InsideCancelled && told[0].cause instanceof Cancelled);
  });
});

test("foreign task: a cancel before it is ready reaches the function too", async () => {
  await runVirtual(async () => {
    let told: unknown;
    const never = async (channel: Channel) => {
      told = await raisedBy(() => aborted(channel));
      throw told;
    };
    await moveOnAfter(10, () => openForeignTask(never, () => assert.fail("never began")));
    assert.ok(told instanceof InsideCancelled);
  });
});

test("foreign task: a function that sends or receives when the inside ends gets the reason of its signal", async () => {
  await runVirtual(async () => {
    for (const act of [(c: Channel) => c.receive(), async (c: Channel) => await c.send(1) as unknown]) {
      let reason: unknown;
      const busy = async (channel: Channel) => {
        channel.started("ready");
        reason = await raisedBy(async () => {
          while (true) await act(channel);
        });
        assert.equal(reason, channel.signal.reason);
        assert.equal(await raisedBy(() => act(channel)), reason);
        throw reason;
      };
      assert.equal(await openForeignTask(busy, () => 7, { capacity: 1 }), 7);
      assert.ok(reason instanceof InsideReturned);
    }
  });
});

test("foreign task: an answer to being told is no error: the reason, an AbortError, or an error that it caused", async () => {
  await runVirtual(async () => {
    const answers: readonly ((reason: unknown) => unknown)[] = [
      (reason) => reason,
      () => new DOMException("aborted", "AbortError"),
      (reason) => new Error("wrapped", { cause: reason }),
    ];
    for (const answer of answers) {
      const obedient = async (channel: Channel) => {
        channel.started("ready");
        throw answer(await raisedBy(() => aborted(channel)));
      };
      assert.equal(await openForeignTask(obedient, () => 7), 7);
    }
  });
});

test("foreign task: if both fail by themselves, both errors are kept", async () => {
  await runVirtual(async () => {
    const [inside, outside] = [new RangeError("inside"), new TypeError("foreign cleanup")];
    const failing = async (channel: Channel) => {
      channel.started("ready");
      await raisedBy(() => aborted(channel));
      throw outside;
    };
    const group = await errorOf(ErrorGroup, () => openForeignTask(failing, () => Promise.reject(inside)));
    assert.deepEqual(group.errors, [inside, outside]);
    const cleanup = await raisedBy(() => openForeignTask(failing, () => 7));
    assert.equal(cleanup, outside);
    const cancelled = await raisedBy(() => moveOnAfter(1, () => openForeignTask(failing, sleepForever)));
    assert.equal(cancelled, outside);
  });
});

test("foreign task: a cleanup of the body that fails is kept beside the failure of the function", async () => {
  await runVirtual(async () => {
    const [cleanup, outside] = [new RangeError("cleanup"), new TypeError("foreign")];
    const failing = async (channel: Channel) => {
      channel.started("ready");
      await Promise.resolve();
      throw outside;
    };
    const group = await errorOf(ErrorGroup, () =>
      openForeignTask(failing, async () => {
        await raisedBy(sleepForever);
        throw cleanup;
      }));
    assert.deepEqual(new Set(group.errors), new Set([cleanup, outside]));
  });
});

test("foreign task: a function that somebody else aborted is an error of its own, with the abort as its cause", async () => {
  await runVirtual(async () => {
    const abort = new DOMException("aborted", "AbortError");
    const victim = async (channel: Channel) => {
      channel.started("ready");
      await Promise.resolve();
      throw abort;
    };
    const error = await errorOf(ForeignTaskCancelled, () => openForeignTask(victim, sleepForever));
    assert.equal(error.cause, abort);
  });
});

test("foreign task: a full channel makes the function wait until the body receives", async () => {
  await runVirtual(async () => {
    let sent = 0;
    const eager = async (channel: Channel) => {
      channel.started("ready");
      for (; sent < 10; sent++) await channel.send(sent);
    };
    await openForeignTask(eager, async (channel) => {
      await waitAllTasksBlocked();
      assert.equal(sent, 2);
      assert.equal(await channel.receive(), 0);
      await waitAllTasksBlocked();
      assert.equal(sent, 3);
      for (let i = 1; i < 10; i++) assert.equal(await channel.receive(), i);
    }, { capacity: 2 });
  });
});

test("foreign task: a full channel makes the body wait until the function receives", async () => {
  await runVirtual(async () => {
    const gate = Promise.withResolvers<void>();
    const slow = async (channel: Channel) => {
      channel.started("ready");
      await gate.promise;
      for (let i = 0; i < 5; i++) assert.equal(await channel.receive(), i);
    };
    await openForeignTask(slow, async (channel: Inside) => {
      let sent = 0;
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          for (; sent < 5; sent++) await channel.send(sent);
        });
        await waitAllTasksBlocked();
        assert.equal(sent, 2);
        gate.resolve();
      });
    }, { capacity: 2 });
  });
});

test("foreign task: a function that ignores its signal keeps the scope waiting until it has settled", async () => {
  await runVirtual(async () => {
    const gate = Promise.withResolvers<void>();
    let over = false;
    const stubborn = async (channel: Channel) => {
      channel.started("ready");
      await gate.promise;
    };
    await openNursery(async (nursery) => {
      nursery.startSoon(async () => {
        await moveOnAfter(1, () => openForeignTask(stubborn, sleepForever));
        over = true;
      });
      await sleep(1_000);
      await waitAllTasksBlocked();
      assert.equal(over, false);
      gate.resolve();
      await waitAllTasksBlocked();
      assert.equal(over, true);
    });
  });
});
