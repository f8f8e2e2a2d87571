/** Who is found by what name, and when no more. */
import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import {
  checkpoint,
  ContextCancelled,
  currentActor,
  findActor,
  fromPromise,
  NoActor,
  openActorNursery,
  openNursery,
  queryActor,
  sleepForever,
  TransportClosed,
  waitForActor,
} from "../../mod.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { CALLS, TREES } from "./known_modules.ts";
import { onStage } from "./stage.ts";

type Trees = typeof import("./modules/trees.ts");

const paths = async () => (await queryActor()).map((actor) => actor.path);

/** Waits until the registry says so: what happens below is told upward, a moment later. */
async function untilListed(expected: readonly string[]): Promise<void> {
  while (String(await paths()) !== String(expected)) await checkpoint();
}

test("registry: actors are found by name and by path, and listed in the order in which they came", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      for (const name of ["one", "two"]) await nursery.startActor(name, { module: TREES });
      assert.deepEqual(await paths(), ["main", "main/one", "main/two"]);
      for (const name of ["two", "main/two"]) {
        const portal = await findActor<Trees>(name);
        assert.equal(await portal!.call.path(), "main/two");
        assert.equal(portal!.actor.path, "main/two");
      }
      assert.equal(await findActor("three"), null);
      assert.equal(await findActor("main/three"), null);
      assert.deepEqual(await queryActor("three"), []);
      const [two] = await queryActor("two");
      assert.equal(two!.pid, await (await findActor<Trees>("two"))!.call.pid());
    })
  ));

test("registry: of several of one name the first or the last that came is given, and all are listed", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const pids: number[] = [];
      for (let i = 0; i < 3; i++) {
        pids.push(await (await nursery.startActor("same", { module: TREES })).call.pid());
      }
      assert.deepEqual((await queryActor("same")).map((actor) => actor.pid), pids);
      const pick = async (which: "first" | "last") =>
        await (await findActor<Trees>("same", { pick: which }))!.call.pid();
      assert.deepEqual([await pick("first"), await pick("last")], [pids[0], pids[2]]);
      assert.equal(await (await findActor<Trees>("same"))!.call.pid(), pids[2]);
      const other = await nursery.startActor("other", { module: TREES });
      assert.deepEqual(await other.call.findNamed("same"), [pids[0], pids[2]]);
    })
  ));

test("registry: an actor that was cancelled, or is dead, is never given", () =>
  onStage(async () => {
    await errorOf(AggregateError, () =>
      openActorNursery(async (nursery) => {
        const cancelled = await nursery.startActor("same", { module: TREES });
        const killed = await nursery.startActor("same", { module: TREES });
        const other = await nursery.startActor("other", { module: TREES });
        await cancelled.cancelActor();
        const pid = await killed.call.pid();
        assert.deepEqual(await other.call.findNamed("same"), [pid, pid]);
        assert.deepEqual(await paths(), ["main", "main/same", "main/other"]);
        process.kill(pid, "SIGKILL");
        assert.equal(await findActor("same"), null);
        await sleepForever();
      }));
  }));

test("registry: actors below actors are known at the root and to each other, until they end", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      const two = await nursery.startActor("two", { module: TREES });
      await one.openContext("chain", [2], async (context, pids) => {
        const all = ["main", "main/one", "main/two", "main/one/level2", "main/one/level2/level1"];
        assert.deepEqual((await paths()).toSorted(), all.toSorted());
        assert.deepEqual((await two.call.listPaths()).toSorted(), all.toSorted());
        const deepest = await findActor<Trees>("level1");
        assert.equal(await deepest!.call.path(), "main/one/level2/level1");
        assert.deepEqual(await two.call.findNamed("level1"), [pids[2], pids[2]]);
        assert.deepEqual(await deepest!.call.listPaths(), await paths());
        await context.cancel();
      });
      await untilListed(["main", "main/one", "main/two"]);
      await one.call.brieflyBelow("brief");
      await untilListed(["main", "main/one", "main/two"]);
      assert.equal(await findActor("level1"), null);
    })
  ));

test("registry: with an actor that is killed all below it are gone", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      await nursery.startActor("other", { module: CALLS });
      await errorOf(AggregateError, () =>
        openActorNursery(async (inner) => {
          const one = await inner.startActor("one", { module: TREES });
          await one.openContext("chain", [2], async (_, pids) => {
            assert.equal((await paths()).length, 5);
            process.kill(pids[0]!, "SIGKILL");
            await sleepForever();
          });
        }));
      assert.deepEqual(await paths(), ["main", "main/other"]);
      assert.equal(await findActor("level1"), null);
    })
  ));

test("registry: who waits for an actor gets it when it has come, also one that comes below another", () =>
  onStage(({ noted }) =>
    openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      await openNursery(async (tasks) => {
        tasks.startSoon(async () => {
          const late = await waitForActor<Trees>("late");
          assert.equal(await late.call.path(), "main/late");
        });
        tasks.startSoon(async () => {
          assert.equal(await one.call.waitFor("main/one/level1"), "main/one/level1");
        });
        await noted("waits for main/one/level1");
        await nursery.startActor("late", { module: TREES });
        await one.openContext("chain", [1], async (context) => {
          await one.call.waitFor("level1");
          await context.cancel();
        });
      });
      assert.equal(await one.call.waitFor("late"), "main/late");
    })
  ));

test("registry: a wait for an actor that never comes can be cancelled, here and over there", () =>
  onStage(({ noted }) =>
    openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      await openNursery(async (tasks) => {
        tasks.startSoon(() => waitForActor("never"));
        tasks.startSoon(() => one.call.waitFor("never"));
        await noted("waits for never");
        tasks.cancelScope.cancel();
      });
      assert.equal(await one.call.path(), "main/one");
    })
  ));

test("registry: an actor does not find itself", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      await errorOf(NoActor, () => findActor("main"));
      await errorOf(NoActor, () => findActor("main", { at: currentActor().address! }));
      await nursery.startActor("one", { module: CALLS });
    })
  ));

test("registry: another tree is asked by the address of any of its actors, until it is over", () =>
  onStage(async () => {
    const script = new Script(`
      import { openActorNursery, queryActor, run, sleepForever } from "supervise";
      await run(() => openActorNursery(async (nursery) => {
        await nursery.startActor("theirs", { module: "${TREES.specifier}" });
        for (const actor of await queryActor()) console.log(actor.address);
        await sleepForever();
      })).catch((error) => console.log(error.name));
    `);
    const root = (await fromPromise(script.line()))!;
    const below = (await fromPromise(script.line()))!;
    for (const at of [root, below]) {
      assert.deepEqual((await queryActor(null, { at })).map((actor) => actor.path), ["main", "main/theirs"]);
      assert.equal(await (await findActor<Trees>("theirs", { at }))!.call.path(), "main/theirs");
      assert.equal(await (await waitForActor<Trees>("main/theirs", { at })).call.path(), "main/theirs");
      assert.equal(await findActor("ours", { at }), null);
    }
    assert.equal(await findActor("theirs"), null);
    script.signal("SIGINT");
    const error = await raisedBy(async () => {
      while (true) await queryActor(null, { at: root });
    });
    assert.ok(error instanceof TransportClosed || error instanceof ContextCancelled, String(error));
    assert.deepEqual((await fromPromise(script.end())).rest, ["Interrupted"]);
    await errorOf(TransportClosed, () => findActor("theirs", { at: root }));
  }));

test("registry: where nobody listens, or somebody who is no actor, no tree is found, and nothing is taken over", () =>
  onStage(async () => {
    const sockets = new Set<Socket>();
    const answers = [
      new Uint8Array([0, 0, 0, 3, 1, 2, 3]),
      new TextEncoder().encode("HTTP/1.1 400 Bad Request"),
      null,
    ];
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      const answer = answers.shift();
      if (answer) socket.write(answer);
      else socket.end();
    });
    const name = `supervise-test-${process.pid}`;
    await fromPromise(new Promise<void>((resolve) => server.listen({ path: `\0${name}` }, resolve)));
    for (let i = 0; i < 3; i++) await errorOf(TransportClosed, () => findActor("one", { at: `@${name}` }));
    assert.equal(sockets.size, 3);
    await errorOf(TransportClosed, () => findActor("one", { at: `@${name}-nobody` }));
    await openActorNursery(async (nursery) => {
      await nursery.startActor("one", { module: CALLS });
      assert.deepEqual(await paths(), ["main", "main/one"]);
    });
    for (const socket of sockets) socket.destroy();
    await fromPromise(new Promise<void>((resolve) => server.close(() => resolve())));
  }));

test("registry: whoever connects to an actor and sends garbage, or nothing, or leaves, does it no harm", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const one = await nursery.startActor("one", { module: TREES });
      const [identity] = await queryActor("one");
      const first = [
        new Uint8Array(0),
        new Uint8Array([0, 0]),
        new Uint8Array([255, 255, 255, 255, 0]),
        new Uint8Array([0, 0, 0, 1, 0]),
        new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
      ];
      for (const path of [identity!.address!, currentActor().address!]) {
        for (const bytes of first) {
          for (const leaves of [true, false]) await fromPromise(knock(path, bytes, leaves));
        }
      }
      assert.equal(await one.call.path(), "main/one");
      assert.equal(await (await findActor<Trees>("one"))!.call.path(), "main/one");
    })
  ));

/** Connects, sends what it is given, and leaves without waiting, or when it is told to. */
async function knock(address: string, bytes: Uint8Array, leaves: boolean): Promise<void> {
  const socket = connect({ path: `\0${address.slice(1)}` });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write(bytes);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  if (leaves || bytes.length < 4) socket.destroy();
  else socket.resume();
  await closed;
}
