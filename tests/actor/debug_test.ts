/** Actors that are debugged: a crash is held for inspection, one at a time in a tree. */
import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { openActorNurseryOn } from "../../lib/actor/process/actor_nursery.ts";
import { CrashDesk, describeHeld, type HeldCrash } from "../../lib/actor/debug/crash_desk.ts";
import { encodeStart } from "../../lib/actor/dialog/start_request.ts";
import { endRemote } from "../../lib/actor/dialog/leave_dialog.ts";
import { FrameReader } from "../../lib/actor/link/frame_reader.ts";
import { Link } from "../../lib/actor/link/link.ts";
import { instant } from "../../lib/base/instant.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { connectionPair } from "../../lib/host/fake/connection_pair.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { currentTime, sleepForever, sleepUntil } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { Script } from "../harness/script.ts";
import { test } from "../harness/test.ts";
import { FakeActors } from "./fake_actors.ts";

const FAILING = fileURLToPath(new URL("./modules/failing.ts", import.meta.url));

test("debug: crashes of a tree are offered one after the other, hold it up, and go on when they are let go", async () => {
  const script = new Script(`
    import {
      actorModule, CancelScope, currentTime, openActorNursery, openSignalReceiver, run
    } from "supervise";
    const module = actorModule(${JSON.stringify(FAILING)});
    const calls = { one: new CancelScope(), two: new CancelScope() };
    const portals = {};
    await run(() =>
      openActorNursery(async (nursery) => {
        nursery.startSoon(() =>
          openSignalReceiver(["SIGHUP", "SIGUSR2"], async (signals) => {
            for (const _ of Object.keys(calls)) {
              const name = await signals.receive() === "SIGHUP" ? "one" : "two";
              calls[name].deadline = currentTime();
              // By the second answer the actor has heard that nobody waits any longer, too.
              for (let i = 0; i < 2; i++) await portals[name].call.answer();
              console.log(name, "is late");
            }
          })
        );
        for (const [name, scope] of Object.entries(calls)) {
          portals[name] = await nursery.startActor(name, { module, debug: true });
          nursery.startSoon(async () => {
            try {
              await scope.run(() => portals[name].call.fail(name));
            } catch (error) {
              console.log(name, error.type, error.original.message);
            }
          });
        }
      })
    );
    console.log("over");
  `);
  const seen: string[] = [];
  for (let i = 0; i < 2; i++) {
    const offered = new RegExp(
      `(?:is held for inspection[^]*?){${i}}Actor "main/(\\w+)" \\(pid (\\d+)\\) is held[^]*?ws://`,
    );
    const [, name, pid] = await script.complaint(offered);
    if (i === 0) {
      script.signal("SIGINT");
      await script.complaint(/nothing is interrupted before it is let go/);
    }
    script.signal(name === "one" ? "SIGHUP" : "SIGUSR2");
    assert.equal(await script.line(), `${name} is late`);
    process.kill(Number(pid), "SIGCONT");
    assert.equal(await script.line(), `${name} RangeError ${name}`);
    seen.push(name!);
  }
  assert.deepEqual(seen.sort(), ["one", "two"]);
  const end = await script.end();
  assert.deepEqual([end.code, end.rest], [0, ["over"]], end.stderr);
});

const CRASH: HeldCrash = {
  actor: "main/a",
  pid: 7,
  name: "f",
  report: "RangeError: no",
  inspector: "ws://x",
};

test("debug: a second crash is offered when the first is let go, in the order in which they came", () =>
  runVirtual(async () => {
    const offered: string[] = [];
    const desk = new CrashDesk(({ actor }) => offered.push(actor));
    const scopes = ["a", "b", "c"].map((actor) => ({ actor, scope: new CancelScope() }));
    await openNursery(async (nursery) => {
      for (const { actor, scope } of scopes) {
        nursery.startSoon(() => scope.run(() => desk.hold({ ...CRASH, actor })));
        await waitAllTasksBlocked();
      }
      for (const { actor, scope } of scopes) {
        assert.equal(offered.at(-1), actor);
        scope.cancel();
        await waitAllTasksBlocked();
      }
    });
    assert.deepEqual(offered, ["a", "b", "c"]);
  }));

test("debug: what is said of a held crash names the actor, its error, and how to let it go", () => {
  assert.equal(
    describeHeld(CRASH),
    [
      'Actor "main/a" (pid 7) is held for inspection: "f" has failed',
      "  RangeError: no",
      "  inspect it at ws://x",
      "  let it go on with: kill -CONT 7",
      "",
    ].join("\n"),
  );
});

test("debug: the time that a cancel may take does not run while a crash is held", () =>
  runVirtual(async () => {
    const [here, there] = connectionPair();
    const id = { id: "a", name: "a", path: "a", pid: 0, address: null };
    const open = (connection: typeof here, isConnector: boolean, onStart: (dialog: Held) => void) =>
      new Link({
        connection,
        reader: new FrameReader(connection),
        self: id,
        peer: id,
        isConnector,
        onStart,
        onCancelActor: () => {},
        onLost: () => {},
      });
    const opener = open(here, true, () => {});
    const server = open(there, false, (dialog) => {
      dialog.onCancel = () => {};
      server.hold(true);
      served.push(dialog);
    });
    const served: Held[] = [];
    await openNursery(async (nursery) => {
      nursery.startSoon(() => opener.run());
      nursery.startSoon(() => server.run());
      const dialog = opener.open(encodeStart({ style: "call", module: "", name: "f", args: [] }));
      await dialog.until("notice", () => dialog.isHeld);
      nursery.startSoon(async () => {
        await sleepUntil(instant(100_000));
        server.hold(false);
        served[0]!.sendCancelAck({ canceller: null, reason: null });
      });
      await endRemote(dialog, "no longer needed", { cancelTimeout: 10 });
      assert.equal(currentTime(), 100_000);
      await opener.close("over");
    });
  }));

test("debug: what fails on its way out is not held", () =>
  runVirtual(async (clock) => {
    const failsLate = async () => {
      try {
        await sleepForever();
      } catch {
        throw new RangeError("late");
      }
    };
    const actors = new FakeActors(clock, { modules: { "memory:late": () => ({ failsLate }) } });
    const { result } = actors.start(({ system }) =>
      openActorNurseryOn(system, async (nursery) => {
        const portal = await nursery.startActor<{ failsLate(): Promise<void> }>("one", {
          module: "memory:late",
          debug: true,
        });
        nursery.startSoon(async () => await assert.rejects(portal.call.failsLate(), { type: "RangeError" }));
        await sleepUntil(instant(1_000));
        await portal.cancelActor();
      }, {})
    );
    await fromPromise(result);
    assert.doesNotMatch(actors.reports.join(""), /held/);
    actors.assertNothingLeft();
  }));

type Held = Parameters<NonNullable<ConstructorParameters<typeof Link>[0]["onStart"]>>[0];
