/** How actors are ended: asked, signalled, killed; and by Ctrl-C. */
// Its actors look into their runtime.
import "../harness/from_sources.ts";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  ActorDied,
  ActorTooSlow,
  fromPromise,
  openActorNursery,
  openNursery,
  RemoteActorError,
  sleepForever,
  TransportClosed,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { Script } from "../harness/script.ts";
import { skip, test } from "../harness/test.ts";
import { findPython, readTraps, trapCommand } from "../harness/traps.ts";
import { CALLS, CONTEXTS, LIFETIME, TREES } from "./known_modules.ts";
import { onStage } from "./stage.ts";

/** So long that a test which waits for it hangs. */
const ENDLESS = 1_000_000;

test("teardown: a cancel while a nursery waits for its daemons asks them to end, and kills none", () =>
  onStage(async ({ notes, noted }) => {
    await openNursery(async (tasks) => {
      tasks.startSoon(() =>
        openActorNursery(async (nursery) => {
          const one = await nursery.startActor("one", { module: LIFETIME });
          await one.call.deferOne();
          nursery.startSoon(() => one.call.foreignWork());
        }, { daemons: "wait", grace: ENDLESS })
      );
      await noted("at work");
      tasks.cancelScope.cancel();
    });
    assert.equal(notes().at(-1), "deferred");
  }));

test("teardown: a tree of five levels is asked to end at once", () =>
  onStage(async ({ living }) => {
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      await one.openContext("chain", [4], (_, pids) => {
        assert.deepEqual([...pids].sort(), [...living()].sort());
        nursery.cancelScope.cancel();
      });
    }, { grace: ENDLESS });
    assert.deepEqual(living(), []);
  }));

test("teardown: of five levels that do not end each was given less time than the one above", () =>
  onStage(async ({ notes, noted, living }) => {
    const grace = 100_000;
    await openNursery((tasks) => {
      tasks.startSoon(() =>
        openActorNursery(async (nursery) => {
          const one = await nursery.startActor("one", { module: TREES });
          const pid = await one.call.pid();
          await one.openContext("stubbornChain", [4], async () => {
            tasks.startSoon(async () => {
              for (let depth = 0; depth <= 4; depth++) await noted(`${depth} ignores it`);
              assert.equal(living().length, 5);
              // All of them are lost with the first one: nobody has to wait for the grace time.
              process.kill(pid, "SIGKILL");
            });
            nursery.cancelScope.cancel();
            await sleepForever();
          });
        }, { grace })
      );
    });
    const told = new Map(
      notes().flatMap((line) => {
        const [, depth, ms] = /^(\d) was told (\S+)$/.exec(line) ?? [];
        return depth === undefined ? [] : [[Number(depth), Number(ms)] as const];
      }),
    );
    assert.equal(told.size, 5);
    for (const [depth, ms] of told) assert.ok(ms <= grace - 500 * (5 - depth), `${depth}: ${ms}`);
  }));

test("teardown: actors that do not end are killed, be it a busy one, and all at once", () =>
  onStage(async ({ living, noted }) => {
    await openActorNursery(async (nursery) => {
      const [one, same, other] = await Promise.all(
        ["one", "one", "other"].map((name) => nursery.startActor(name, { module: TREES })),
      );
      nursery.startSoon(() => one!.call.ignoresCancel("one"));
      nursery.startSoon(() => same!.call.ignoresCancel("same"));
      nursery.startSoon(() => other!.call.loop());
      for (const line of ["one ignores it", "same ignores it", "looping"]) await noted(line);
      nursery.cancelScope.cancel();
    }, { grace: 100 });
    assert.deepEqual(living(), []);
  }));

test("teardown: an actor that does not end when it is asked to is signalled before it is killed", () =>
  onStage(async ({ living, notes, noted }) => {
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      nursery.startSoon(() => one.call.heedsSignal("one"));
      await noted("one ignores it");
      nursery.cancelScope.cancel();
    }, { grace: 2_500 });
    assert.deepEqual(living(), []);
    assert.deepEqual(notes(), ["one ignores it", "one was signalled"]);
  }));

test("teardown: one that does not end in time is an error of cancelActor(), and ended by its nursery", () =>
  onStage(async ({ living, noted }) => {
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      nursery.startSoon(() => one.call.ignoresCancel("one"));
      await noted("one ignores it");
      const error = await errorOf(ActorTooSlow, () => one.cancelActor({ timeout: 20 }));
      assert.match(error.message, /"main\/one" has not ended within 20 ms/);
      nursery.cancelScope.cancel();
    }, { grace: 100 });
    assert.deepEqual(living(), []);
  }));

test("teardown: an actor that has lost its connection is still ended, and wakes whoever waits for it", () =>
  onStage(async ({ living, noted }) => {
    const program = new URL("./programs/raw_child.ts", import.meta.url).href;
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor<{ f(): void }>("one", {
        exec: [...runtimeCommand(program), "drops when ready"],
      });
      const lost = await errorOf(TransportClosed, () => one.call.f());
      assert.match(lost.message, /without a goodbye/);
      await noted("stays: drops when ready");
      assert.equal(living().length, 1);
    }, { grace: ENDLESS });
    assert.deepEqual(living(), []);
  }));

test("teardown: an actor does not heed the Ctrl-C that its terminal sends it", () =>
  onStage(async () => {
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: CALLS });
      process.kill(await one.call.pid(), "SIGINT");
      for (let i = 0; i < 10; i++) assert.equal(await one.call.add(i, 1), i + 1);
    });
  }));

/** A program with an actor, and a context of some name to it that is held; `start` says in what task. */
function interruptible(name: string, start: (body: string) => string): Script {
  const body = `
    await openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: "${CONTEXTS.specifier}" });
      const other = await nursery.startActor("other", { module: "${TREES.specifier}" });
      nursery.startSoon(() => other.openContext("chain", [1], () => sleepForever()));
      await one.openContext("hold", ["${name}"], () => sleepForever());
    }, { grace: ${ENDLESS} });
  `;
  return new Script(`
    import process from "node:process";
    import { Interrupted, openActorNursery, openNursery, run, sleepForever } from "supervise";
    try {
      await run(async () => { ${start(body)} });
    } catch (error) {
      console.log(error.name);
      process.exitCode = error instanceof Interrupted ? 130 : 1;
    }
  `);
}

test("teardown: Ctrl-C ends a tree of actors, whichever task has started it, and their contexts clean up", () =>
  onStage(async ({ notes, noted }) => {
    const starts: readonly ((body: string) => string)[] = [
      (body) => body,
      (body) => `await openNursery((tasks) => { tasks.startSoon(async () => { ${body} }); });`,
    ];
    for (const [index, start] of starts.entries()) {
      const script = interruptible(`held${index}`, start);
      await noted(`held${index} begins`);
      script.signal("SIGINT");
      const { rest, code } = await fromPromise(script.end());
      assert.deepEqual([rest, code], [["Interrupted"], 130]);
    }
    assert.deepEqual(notes(), ["held0 begins", "held0 ends", "held1 begins", "held1 ends"]);
  }));

test("teardown: the second Ctrl-C does not wait for an actor that does not end", () =>
  onStage(async ({ living, noted }) => {
    const script = new Script(`
      import { openActorNursery, run, sleepForever } from "supervise";
      import { note } from "${new URL("./modules/journal.ts", import.meta.url).href}";
      try {
        await run(() => openActorNursery(async (nursery) => {
          const one = await nursery.startActor("one", { module: "${TREES.specifier}" });
          nursery.startSoon(() => one.call.ignoresCancel("one"));
          nursery.startSoon(() => one.call.ignoresCancel("another"));
          try {
            await sleepForever();
          } finally {
            note("cancelled");
          }
        }, { grace: ${ENDLESS} }));
      } catch (error) {
        console.log(error.name);
      }
    `);
    await noted("another ignores it");
    script.signal("SIGINT");
    await noted("cancelled");
    script.signal("SIGINT");
    assert.equal(await fromPromise(script.line()), "Interrupted");
    // It would be ended in a moment, by the death of its parent.
    for (const pid of living()) if (pid !== script.pid) process.kill(pid, "SIGKILL");
    await fromPromise(script.end());
  }));

test("teardown: an error of a cleanup that Ctrl-C brought about is the cause of the Interrupted", () =>
  onStage(async ({ noted }) => {
    const script = new Script(`
      import { Interrupted, openActorNursery, RemoteActorError, run } from "supervise";
      try {
        await run(() => openActorNursery(async (nursery) => {
          const one = await nursery.startActor("one", { module: "${CALLS.specifier}" });
          nursery.startSoon(() => one.call.untilCancelled("call"));
          await one.call.failsWhenCancelled();
        }, { collapse: true }));
      } catch (error) {
        console.log(error.name, error.cause?.type, error.cause instanceof RemoteActorError);
      }
    `);
    await noted("call runs");
    script.signal("SIGINT");
    assert.deepEqual((await fromPromise(script.end())).rest, ["Interrupted RangeError true"]);
  }));

test("teardown: what an actor raises while it is cancelled by another error is kept beside that error", () =>
  onStage(async () => {
    const error = await errorOf(AggregateError, () =>
      openActorNursery(async (nursery) => {
        const one = await nursery.startActor("one", { module: CALLS });
        nursery.startSoon(() => one.call.failsWhenCancelled());
        await one.call.add(1, 2);
        throw new TypeError("first");
      }));
    const [first, second] = error.errors;
    assert.equal((first as Error).message, "first");
    assert.ok(second instanceof RemoteActorError && second.is(RangeError));
  }));

const PYTHON = findPython();
const HOPS = "teardown: what goes on from fork to fork has ended with the actor that started it";

if (PYTHON === "") skip(HOPS, "no python3");
else {
  test(HOPS, async () => {
    const folder = mkdtempSync(join(tmpdir(), "supervise-teardown-"));
    const file = join(folder, "traps");
    try {
      await onStage(async () => {
        await errorOf(ActorDied, () =>
          openActorNursery(async (nursery) => {
            const one = await nursery.startActor("one", { module: TREES });
            await one.call.startProgram(trapCommand(PYTHON, "one", file, ["chain"]));
            process.kill(await one.call.pid(), "SIGKILL");
            await sleepForever();
          }, { grace: 0, collapse: true }));
      });
      assert.deepEqual(readTraps(file).map(({ kind }) => kind).sort(), ["chain", "main"]);
      assert.equal(spawnSync("flock", ["--nonblock", `${file}.one.lock`, "true"]).status, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
