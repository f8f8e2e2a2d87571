import assert from "node:assert/strict";
import {
  type ActorOptions,
  ActorStartError,
  CancelScope,
  moveOnAfter,
  openActorNursery,
  openNursery,
  RemoteActorError,
  runInActor,
  SpawnError,
  TransportClosed,
} from "../../mod.ts";
import { errorOf } from "../harness/raised.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { test } from "../harness/test.ts";
import { CALLS, ERRORS } from "./known_modules.ts";
import { onStage, type Stage } from "./stage.ts";

const broken = (name: string) => new URL(`./modules/broken/${name}.ts`, import.meta.url);
const raw = (mode: string) => [
  ...runtimeCommand(new URL("./programs/raw_child.ts", import.meta.url).href),
  mode,
];
/** Notes that it runs, and never connects. Without an exec behind the note: meanwhile a process shows no environment. */
const NEVER_CONNECTS = [
  "sh",
  "-c",
  'mkfifo "$SUPERVISE_ACTOR_JOURNAL.never"; echo runs >> "$SUPERVISE_ACTOR_JOURNAL"; ' +
  'echo >> "$SUPERVISE_ACTOR_JOURNAL.bell"; read line < "$SUPERVISE_ACTOR_JOURNAL.never"',
];

/** Starts an actor that does not come to be ready, beside one that does and goes on. */
function onFailedStart(
  options: ActorOptions,
  judge: (error: ActorStartError, stage: Stage) => unknown,
): Promise<void> {
  return onStage((stage) =>
    openActorNursery(async (nursery) => {
      const other = await nursery.startActor("other", { module: CALLS });
      const error = await errorOf(ActorStartError, () => nursery.startActor("one", options));
      assert.equal(stage.living().length, 1);
      await judge(error, stage);
      assert.equal(await other.call.add(1, 2), 3);
    })
  );
}

/** Cancels the start of an actor when it has come to where it notes `line`, and looks that nothing of it is left. */
function onCancelledStart(line: string, options: ActorOptions): Promise<void> {
  return onStage(({ noted, living }) =>
    openActorNursery(async (nursery) => {
      await openNursery(async (starting) => {
        starting.startSoon(() => nursery.startActor("one", options));
        await noted(line);
        assert.equal(living().length, 1);
        starting.cancelScope.cancel();
      });
      assert.deepEqual(living(), []);
    }, { grace: 100 })
  );
}

test("start: a module that is not there is an error at once, and says which", () =>
  onFailedStart({ module: "/nowhere/module.ts" }, (error) => {
    assert.match(error.message, /Cannot start actor "one": .*nowhere\/module\.ts/);
    assert.ok(error.cause instanceof RemoteActorError);
  }));

test("start: a module that throws while it is imported is an error with that as the cause", () =>
  onFailedStart({ module: broken("throws") }, (error) => {
    assert.ok(error.cause instanceof RemoteActorError && error.cause.is(RangeError));
    assert.match(error.message, /not today/);
    assert.deepEqual(error.cause.path, ["main/one"]);
  }));

test("start: a module that ends its process while it is imported is an error with the exit status", () =>
  onFailedStart({ module: broken("exits") }, (error) => {
    assert.deepEqual(error.status, { how: "exited", code: 3 });
    assert.match(error.message, /its process has ended before it was ready: exit code 3/);
  }));

test("start: a module that is never through with being imported is an error when its time is up", () =>
  onFailedStart({ module: broken("hangs"), startTimeout: 200 }, (error) => {
    assert.match(error.message, /not ready within 200 ms/);
  }));

test("start: a program that is not there is an error before anything is started", () =>
  onFailedStart({ exec: ["/nowhere/program"] }, (error) => {
    assert.ok(error.cause instanceof SpawnError);
    assert.match(error.message, /nowhere\/program/);
    assert.equal(error.status, null);
  }));

test("start: a working folder that is not there is an error likewise", () =>
  onFailedStart({ module: CALLS, cwd: "/nowhere" }, (error) => {
    assert.ok(error.cause instanceof SpawnError && error.cause.stage === "cwd");
  }));

test("start: a program that exits at once is a prompt error with its exit status", () =>
  onFailedStart({ exec: ["sh", "-c", "exit 7"] }, (error) => {
    assert.deepEqual(error.status, { how: "exited", code: 7 });
    assert.match(error.message, /its process has ended before it connected: exit code 7/);
  }));

test("start: a program that a signal ends is a prompt error with that signal", () =>
  onFailedStart({ exec: ["sh", "-c", "kill -KILL $$"] }, (error) => {
    assert.deepEqual(error.status, { how: "signalled", signal: "SIGKILL" });
  }));

test("start: a program that never connects is an error when its time is up", () =>
  onFailedStart({ exec: ["sleep", "1000"], startTimeout: 50 }, (error) => {
    assert.match(error.message, /not ready within 50 ms/);
  }));

test("start: a program that connects and says nothing, or garbage, or bears a wrong token, is no actor", () =>
  onStage(() =>
    openNursery((all) => {
      for (const mode of ["silent", "garbage", "impostor"]) {
        all.startSoon(() =>
          openActorNursery(async (nursery) => {
            await errorOf(
              ActorStartError,
              () => nursery.startActor("one", { exec: raw(mode), startTimeout: 500 }),
            );
          })
        );
      }
    })
  ));

test("start: a program that says hello and exits is a prompt error with its exit status", () =>
  onFailedStart({ exec: raw("exits after hello") }, (error) => {
    assert.deepEqual(error.status, { how: "exited", code: 4 });
    assert.ok(error.cause instanceof TransportClosed);
  }));

test("start: a program that says hello and lets go of its connection is ended, and an error", () =>
  onFailedStart({ exec: raw("drops after hello") }, (error) => {
    assert.ok(error.cause instanceof TransportClosed);
  }));

test("start: a name that is empty, or has a slash or a space, is refused before anything is started", () =>
  onStage(({ living }) =>
    openActorNursery(async (nursery) => {
      for (const name of ["a/b", "a b", ""]) {
        await errorOf(TypeError, () => nursery.startActor(name, { module: CALLS }));
      }
      assert.deepEqual(living(), []);
    })
  ));

test("start: an actor without a module serves nothing, and runs", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", {});
      const error = await errorOf(RemoteActorError, () => portal.with<{ f(): void }>({}).call.f());
      assert.match(error.message, /has no module ""/);
    })
  ));

test("start: several modules are served, each under its name", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", {
        module: CALLS,
        modules: { errors: ERRORS, more: CALLS },
      });
      assert.equal(await portal.call.add(1, 2), 3);
      const more = portal.with<typeof import("./modules/calls.ts")>({ module: "more" });
      assert.equal(await more.call.add(3, 4), 7);
      const errors = portal.with<typeof import("./modules/errors.ts")>({ module: "errors" });
      assert.ok((await errorOf(RemoteActorError, () => errors.call.throwsRangeError())).is(RangeError));
      const wrong = portal.with<typeof import("./modules/errors.ts")>({ module: "error" });
      const error = await errorOf(RemoteActorError, () => wrong.call.throwsRangeError());
      assert.match(error.message, /has no module "error", did you mean "errors"\?/);
    })
  ));

test("start: an actor has the environment of its parent and what is added to it", () =>
  onStage(() =>
    openActorNursery(async (nursery) => {
      const portal = await nursery.startActor("one", { module: CALLS, env: { ADDED: "yes" }, cwd: "/" });
      assert.deepEqual(await portal.call.surroundings("ADDED"), { value: "yes", cwd: "/" });
    })
  ));

test("start: in a scope that is cancelled already nothing is started", () =>
  onStage(async ({ living }) => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => runInActor(CALLS, "add", [1, 2]));
    assert.equal(scope.cancelledCaught, true);
    assert.deepEqual(living(), []);
  }));

test("start: a cancel before it has connected leaves nothing", () =>
  onCancelledStart("runs", { exec: NEVER_CONNECTS }));

test("start: a cancel when it has connected and said nothing leaves nothing", () =>
  onCancelledStart("stays: silent", { exec: raw("silent") }));

test("start: a cancel while it loads its module leaves nothing", () =>
  onCancelledStart("importing", { module: broken("hangs") }));

test("start: a cancel while it is stuck in its module leaves nothing", () =>
  onCancelledStart("looping", { module: broken("loops") }));

test("start: a cancel at any time leaves nothing", () =>
  onStage(async ({ living }) => {
    let wasReady = false;
    for (let ms = 0; !wasReady; ms = 1.5 * ms + 5) {
      await moveOnAfter(ms, () =>
        openActorNursery(async (nursery) => {
          await nursery.startActor("one", { module: CALLS });
          wasReady = true;
        }));
      assert.deepEqual(living(), []);
    }
  }));
