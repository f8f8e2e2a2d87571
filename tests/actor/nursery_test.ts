import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import {
  ActorDied,
  type ActorNursery,
  ErrorGroup,
  Event,
  openActorCluster,
  openActorNursery,
  openNursery,
  RemoteActorError,
  runInActor,
  sleepForever,
  TransportClosed,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";
import { CALLS, CONTEXTS, ERRORS, TREES } from "./known_modules.ts";
import { onStage } from "./stage.ts";

const leaves = (error: ErrorGroup) => error.flatten();

test("actor nursery: daemons go on while the body runs, and are ended gracefully after it", () =>
  onStage(async ({ living }) => {
    const sum = await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: CALLS });
      await nursery.startActor("two", { module: CALLS });
      assert.equal(living().length, 2);
      return await one.call.add(1, 2);
    });
    assert.equal(sum, 3);
    assert.deepEqual(living(), []);
  }));

test("actor nursery: its own tasks are waited for before the daemons are ended", () =>
  onStage(async () => {
    const results: number[] = [];
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: CALLS });
      nursery.startSoon(async () => {
        for (let i = 0; i < 10; i++) results.push(await one.call.add(i, 0));
        nursery.startSoon(async () => void results.push(await one.call.add(10, 0)));
      });
    });
    assert.equal(results.length, 11);
  }));

test("actor nursery: with daemons to be waited for it goes on until somebody has ended them", () =>
  onStage(async () => {
    const bodyIsOver = new Event();
    const isOver = new Event();
    await openNursery((tasks) => {
      tasks.startSoon(async () => {
        await openActorNursery(async (nursery) => {
          const one = await nursery.startActor("one", { module: CALLS });
          tasks.startSoon(async () => {
            await bodyIsOver.wait();
            for (let i = 0; i < 10; i++) assert.equal(await one.call.add(i, 1), i + 1);
            assert.equal(isOver.isSet, false);
            await one.cancelActor();
          });
          bodyIsOver.set();
        }, { daemons: "wait" });
        isOver.set();
      });
    });
  }));

test("actor nursery: an actor that a third one has ended is none that has died", () =>
  onStage(async () => {
    await openActorNursery(async (nursery) => {
      const [, third] = await Promise.all([
        nursery.startActor("one", { module: CONTEXTS }),
        nursery.startActor("third", { module: CONTEXTS }),
      ]);
      await third.call.cancelOther("one", "not needed");
      await third.cancelActor();
    }, { daemons: "wait" });
  }));

test("actor nursery: an error of the body ends all actors, and is raised", () =>
  onStage(async ({ living, notes, noted }) => {
    const error = await errorOf(ErrorGroup, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: CALLS });
        nursery.startSoon(() => one.call.untilCancelled("call"));
        await noted("call runs");
        throw new RangeError("body");
      }));
    assert.deepEqual(leaves(error).map((leaf) => (leaf as Error).message), ["body"]);
    assert.deepEqual(living(), []);
    assert.deepEqual(notes(), ["call runs", "call cleaned up"]);
  }));

test("actor nursery: an error in one actor that its caller lets go ends the others", () =>
  onStage(async ({ notes, noted }) => {
    const error = await errorOf(RemoteActorError, () =>
      openActorNursery(async (nursery) => {
        const [good, bad] = await Promise.all([
          nursery.startActor("good", { module: CALLS }),
          nursery.startActor("bad", { module: ERRORS }),
        ]);
        nursery.startSoon(() => good.call.untilCancelled("good"));
        await noted("good runs");
        await bad.call.throwsTypeError();
      }, { collapse: true }));
    assert.ok(error.is(TypeError));
    assert.deepEqual(notes(), ["good runs", "good cleaned up"]);
  }));

test("actor nursery: an error that its caller catches harms neither that actor nor another", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: ERRORS, modules: { calls: CALLS } });
      for (let i = 0; i < 3; i++) await errorOf(RemoteActorError, () => one.call.throwsRangeError());
      const calls = one.with<typeof import("./modules/calls.ts")>({ module: "calls" });
      assert.equal(await calls.call.add(1, 2), 3);
    })
  ));

test("actor nursery: two actors that fail are one group of both errors", () =>
  onStage(async () => {
    const both = new Event();
    let failed = 0;
    const error = await errorOf(ErrorGroup, () =>
      openNursery((tasks) => {
        for (const name of ["throwsTypeError", "throwsRangeError"] as const) {
          tasks.startSoon(async () => {
            try {
              await runInActor(ERRORS, name, []);
            } catch (error) {
              // Neither is to be cancelled by the other one's error.
              failed += 1;
              if (failed === 2) both.set();
              await both.wait();
              throw error;
            }
          });
        }
      }));
    assert.deepEqual(leaves(error).map((leaf) => (leaf as RemoteActorError).type).sort(), [
      "RangeError",
      "TypeError",
    ]);
  }));

test("actor nursery: of 25 actors that fail while others start, every error is one of theirs, and nothing is left", () =>
  onStage(async ({ living }) => {
    const error = await errorOf(ErrorGroup, () =>
      openNursery((tasks) => {
        for (let i = 0; i < 25; i++) {
          tasks.startSoon(() => runInActor(ERRORS, "throwsRangeError", [`${i}`], { name: `actor${i}` }));
        }
      }));
    assert.deepEqual(living(), []);
    assert.ok(leaves(error).length >= 1);
    for (const leaf of leaves(error)) {
      assert.ok(leaf instanceof RemoteActorError && leaf.is(RangeError), String(leaf));
    }
  }));

test("actor nursery: of actors that start at once one that fails takes the others along, wherever they are", () =>
  onStage(async ({ living }) => {
    const error = await errorOf(ErrorGroup, () =>
      openActorNursery((nursery) => {
        for (let i = 0; i < 10; i++) {
          const module = i === 7 ? new URL("./modules/broken/exits.ts", import.meta.url) : CALLS;
          nursery.startSoon(() => nursery.startActor(`actor${i}`, { module }));
        }
      }));
    assert.deepEqual(leaves(error).map((leaf) => (leaf as Error).name), ["ActorStartError"]);
    assert.deepEqual(living(), []);
  }));

test("actor nursery: a daemon that is killed is an error with its signal, and wakes whoever waits for it", () =>
  onStage(async ({ living }) => {
    const error = await errorOf(ErrorGroup, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: CALLS });
        await nursery.startActor("two", { module: CALLS });
        nursery.startSoon(async () => {
          const lost = await errorOf(TransportClosed, () => one.call.untilCancelled("call"));
          assert.deepEqual(lost.status, { how: "signalled", signal: "SIGKILL" });
          assert.equal(lost.actor?.path, "main/one");
        });
        process.kill(await one.call.pid(), "SIGKILL");
        await sleepForever();
      }));
    const [died] = leaves(error);
    assert.ok(died instanceof ActorDied);
    assert.deepEqual(died.status, { how: "signalled", signal: "SIGKILL" });
    assert.equal(died.message, 'Actor "main/one" has ended: ended by SIGKILL');
    assert.deepEqual(living(), []);
  }));

test("actor nursery: a daemon that exits is an error with its exit code, also while nobody talks to it", () =>
  onStage(async () => {
    const died = await errorOf(ActorDied, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: CALLS });
        await errorOf(TransportClosed, () => one.call.exit(0));
        await sleepForever();
      }, { collapse: true }));
    assert.deepEqual(died.status, { how: "exited", code: 0 });
  }));

test("actor nursery: a daemon that crashes is an error with the exit code of its runtime", () =>
  onStage(async () => {
    const died = await errorOf(ActorDied, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: CALLS });
        await errorOf(TransportClosed, () => one.call.crash());
        await sleepForever();
      }, { collapse: true }));
    assert.deepEqual(died.status, { how: "exited", code: 1 });
  }));

test("actor nursery: what an actor has started does not outlive it, however it dies", () =>
  onStage(async ({ living }) => {
    await errorOf(ErrorGroup, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: TREES });
        await one.openContext("chain", [2], async (_, pids) => {
          assert.deepEqual([...pids].sort(), [...living()].sort());
          process.kill(pids[0]!, "SIGKILL");
          await sleepForever();
        });
      }));
    assert.deepEqual(living(), []);
  }));

test("actor nursery: a death below is told upward as what it was", () =>
  onStage(async () => {
    const error = await errorOf(ErrorGroup, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: TREES });
        await one.openContext("chain", [1], async (_, pids) => {
          process.kill(pids[1]!, "SIGKILL");
          await sleepForever();
        });
      }));
    const [remote] = leaves(error) as [RemoteActorError];
    assert.ok(remote instanceof RemoteActorError, String(remote));
    const below = (remote.original as ErrorGroup).flatten().find((leaf) => leaf instanceof ActorDied);
    assert.deepEqual(below?.status, { how: "signalled", signal: "SIGKILL" });
    assert.equal(below?.actor.path, "main/one/level1");
  }));

test("one-shot actor: its result comes to the calling task, and its process is gone by then", () =>
  onStage(async ({ living }) => {
    const pid = await runInActor(CALLS, "pid", []);
    assert.notEqual(pid, process.pid);
    assert.deepEqual(living(), []);
    assert.equal(await runInActor(CALLS, "path", [], { name: "named" }), "main/named");
    assert.equal(await runInActor(CALLS, "echo", [undefined]), undefined);
  }));

test("one-shot actor: its error comes to the calling task, and its process is gone by then", () =>
  onStage(async ({ living }) => {
    const error = await errorOf(RemoteActorError, () => runInActor(ERRORS, "throwsOutOfStock", []));
    assert.equal(error.type, "OutOfStock");
    assert.deepEqual(living(), []);
  }));

test("one-shot actor: one that dies before it has a result is one error, with its exit status", () =>
  onStage(async ({ living }) => {
    const died = await errorOf(ActorDied, () => runInActor(CALLS, "exit", [5]));
    assert.deepEqual(died.status, { how: "exited", code: 5 });
    assert.deepEqual(living(), []);
  }));

test("one-shot actor: a cancel ends it, and its cleanup is over by then", () =>
  onStage(async ({ living, notes, noted }) => {
    await openNursery(async (tasks) => {
      tasks.startSoon(() => runInActor(CALLS, "untilCancelled", ["shot"]));
      await noted("shot runs");
      tasks.cancelScope.cancel();
    });
    assert.deepEqual(living(), []);
    assert.deepEqual(notes(), ["shot runs", "shot cleaned up"]);
  }));

test("cluster: it starts all actors at once, gives them in the order of their names, and ends them", () =>
  onStage(async ({ living }) => {
    const names = ["c", "a", "b"];
    const paths = await openActorCluster({ module: CALLS, names }, async (portals) => {
      assert.deepEqual([...portals.keys()], names);
      assert.equal(living().length, 3);
      return await Promise.all([...portals.values()].map((portal) => portal.call.path()));
    });
    assert.deepEqual(paths, ["main/c", "main/a", "main/b"]);
    assert.deepEqual(living(), []);
  }));

test("cluster: two actors of one name are refused, and one that does not start takes the others along", () =>
  onStage(async ({ living }) => {
    await errorOf(TypeError, () => openActorCluster({ module: CALLS, names: ["a", "a"] }, () => {}));
    const module = new URL("./modules/broken/exits.ts", import.meta.url);
    await errorOf(Error, () => openActorCluster({ module, names: ["a", "b"] }, () => assert.fail()));
    assert.deepEqual(living(), []);
  }));

test("actor nursery: actors may be started from any task while it is open, and not when it is over", () =>
  onStage(async ({ living }) => {
    let kept: ActorNursery | null = null;
    await openNursery(async (tasks) => {
      const bodyIsOver = new Event();
      await openActorNursery((nursery) => {
        kept = nursery;
        tasks.startSoon(async () => {
          const portal = await nursery.startActor("late", { module: CALLS });
          assert.equal(portal.actor.path, "main/late");
          bodyIsOver.set();
        });
        nursery.startSoon(() => bodyIsOver.wait());
      });
    });
    await errorOf(TypeError, () => kept!.startActor("too late", { module: CALLS }));
    assert.deepEqual(living(), []);
  }));

test("actor nursery: an actor whose start is under way when the body is over is ended, too", () =>
  onStage(async ({ living }) => {
    await openNursery(async (tasks) => {
      const starts = new Event();
      await openActorNursery(async (nursery) => {
        tasks.startSoon(async () => {
          starts.set();
          await nursery.startActor("late", { module: CALLS });
        });
        await starts.wait();
      });
    });
    assert.deepEqual(living(), []);
  }));

test("actor nursery: several in one program, one after the other and one in another", () =>
  onStage(async ({ living }) => {
    for (let i = 0; i < 2; i++) {
      await openActorNursery(async (outer) => {
        const one = await outer.startActor("one", { module: CALLS });
        await openActorNursery(async (inner) => {
          await inner.startActor("one", { module: CALLS });
          assert.equal(living().length, 2);
        });
        assert.equal(living().length, 1);
        assert.equal(await one.call.add(1, 2), 3);
      });
    }
  }));

test("actor nursery: it leaves no descriptor open", () =>
  onStage(async () => {
    const countAfterOne = async () => {
      await runInActor(CALLS, "add", [1, 2]);
      return readdirSync("/proc/self/fd").length;
    };
    const open = await countAfterOne();
    for (let i = 0; i < 3; i++) assert.equal(await countAfterOne(), open);
  }));
