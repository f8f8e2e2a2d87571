import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runProcess } from "../../lib/api/run_process.ts";
import { openSystem } from "../../lib/api/system.ts";
import { NEVER } from "../../lib/base/instant.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { SpawnError } from "../../lib/host/ports/processes.ts";
import { ProcessFailed, type RunningProcess } from "../../lib/program/run_process.ts";
import { CancelScope } from "../../lib/scope/cancel_scope.ts";
import { ErrorGroup } from "../../lib/scope/error_group.ts";
import { Interrupted } from "../../lib/scope/interrupted.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { run, type RunControl } from "../../lib/scope/run.ts";
import { sleepForever } from "../../lib/scope/sleep.ts";
import type { TaskStatus } from "../../lib/scope/task_status.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { errorOf, raisedBy } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

// What the machine opens is opened once for the whole program: before the first test, so that none seems to leak it.
const { host } = await openSystem();

/** What a test runs in: a clock that it moves by hand, and a named pipe that processes can talk through. */
interface Stage {
  readonly clock: VirtualClock;
  readonly control: RunControl;
  /** The path of the pipe. */
  readonly pipe: string;
  /** Waits until a process has written into the pipe. */
  heard(): Promise<string>;
  /** Lets a process go on that reads from the pipe. */
  say(text: string): Promise<void>;
}

/** Runs a test, and proves from the table of processes that it has left none. */
async function onStage(main: (stage: Stage) => Promise<unknown>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-process-"));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const before = new Set(host.processes.childrenOf(process.pid));
  const clock = new VirtualClock();
  let control: RunControl | undefined;
  const stage = () => ({
    clock,
    control: control!,
    pipe,
    heard: async () => (await fromPromise(readFile(pipe, "utf8"))).trim(),
    say: (text: string) => fromPromise(writeFile(pipe, text)),
  });
  try {
    await run(() => main(stage()), { clock, onStart: (given) => control = given });
  } finally {
    rmSync(folder, { recursive: true });
    assert.deepEqual(host.processes.childrenOf(process.pid).filter((pid) => !before.has(pid)), []);
  }
}

const shell = (script: string): readonly string[] => ["sh", "-c", script];

/** A process that says that it is there, and then sleeps. */
const sleeper = (pipe: string, preparation = ":") =>
  shell(`${preparation}; echo $$ > ${pipe}; exec sleep 1000`);

/** One that no SIGTERM ends. */
const stubborn = (pipe: string) => sleeper(pipe, "trap '' TERM");

const isAlive = (pid: number) => host.processes.find(pid) !== null;

test("runProcess: what a process prints on either stream is in the result", async () => {
  await onStage(async () => {
    const result = await runProcess(shell("echo out; echo err >&2"), { output: "capture" });
    assert.deepEqual(result, { status: { how: "exited", code: 0 }, stdout: "out\n", stderr: "err\n" });
  });
});

test("runProcess: more output than a pipe holds is captured, in whole characters", async () => {
  await onStage(async () => {
    const input = "\u00e4\u{1f600}x".repeat(100_000);
    assert.equal((await runProcess(["cat"], { input, output: "capture" })).stdout, input);
  });
});

test("runProcess: folder, environment and input are what it is told", async () => {
  await onStage(async ({ pipe }) => {
    const cwd = join(pipe, "..");
    const options = {
      cwd,
      env: { PATH: process.env["PATH"]!, COLOUR: "red" },
      input: "in",
      output: "capture",
    } as const;
    const { stdout } = await runProcess(shell("pwd; echo $COLOUR; cat; echo; echo \${HOME-none}"), options);
    assert.deepEqual(stdout.split("\n").slice(1, 4), ["red", "in", "none"]);
    assert.ok(stdout.split("\n")[0]!.endsWith(cwd.split("/").at(-1)!));
    const bytes = await runProcess(["od", "-An", "-tx1"], {
      input: Uint8Array.of(0, 255),
      output: "capture",
    });
    assert.equal(bytes.stdout.trim(), "00 ff");
  });
});

test("runProcess: any end but exit code 0 is an error, with the last of what it printed", async () => {
  await onStage(async () => {
    const argv = shell("echo out; echo no such thing >&2; exit 3");
    const error = await errorOf(ProcessFailed, () => runProcess(argv, { output: "capture" }));
    assert.equal(error.message, '"sh" exited with code 3:\nno such thing');
    assert.deepEqual([error.argv, error.result.status, error.result.stdout], [
      argv,
      { how: "exited", code: 3 },
      "out\n",
    ]);
    const signalled = await errorOf(ProcessFailed, () => runProcess(shell("kill -9 $$"), { output: "null" }));
    assert.equal(signalled.message, '"sh" was ended by SIGKILL');
  });
});

test("runProcess: without check every end is a result", async () => {
  await onStage(async () => {
    const statusOf = async (script: string) =>
      (await runProcess(shell(script), { check: false, output: "null" })).status;
    assert.deepEqual(await statusOf("exit 3"), { how: "exited", code: 3 });
    assert.deepEqual(await statusOf("kill -TERM $$"), { how: "signalled", signal: "SIGTERM" });
  });
});

test("runProcess: what cannot be started is an error that says at which stage", async () => {
  await onStage(async ({ pipe }) => {
    const stageOf = async (argv: readonly string[], cwd?: string) =>
      (await errorOf(SpawnError, () => runProcess(argv, cwd === undefined ? {} : { cwd }))).stage;
    assert.equal(await stageOf(["no-such-program-anywhere"]), "program");
    assert.equal(await stageOf(["true"], join(pipe, "nowhere")), "cwd");
  });
});

test("runProcess: in a cancelled scope nothing is started", async () => {
  await onStage(async ({ pipe }) => {
    const scope = new CancelScope();
    scope.cancel();
    await scope.run(() => runProcess(shell(`rm ${pipe}`)));
    assert.ok(scope.cancelledCaught);
    await runProcess(["test", "-p", pipe]);
  });
});

test("runProcess: a cancel ends the process with SIGTERM, and is raised when it is gone", async () => {
  await onStage(async ({ pipe, heard, clock }) => {
    let pid = 0;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => runProcess(sleeper(pipe), { output: "null" }));
      pid = Number(await heard());
      assert.ok(isAlive(pid));
      nursery.cancelScope.cancel();
    });
    assert.deepEqual([isAlive(pid), clock.now()], [false, 0]);
  });
});

test("runProcess: a process that SIGTERM does not end is killed five seconds later, by the clock of the run", async () => {
  await onStage(async ({ pipe, heard, clock }) => {
    let pid = 0;
    await openNursery(async (nursery) => {
      const scope = new CancelScope();
      nursery.startSoon(() => scope.run(() => runProcess(stubborn(pipe), { output: "null" })));
      pid = Number(await heard());
      scope.cancel();
      await waitAllTasksBlocked();
      clock.advance(4_999);
      await waitAllTasksBlocked();
      assert.ok(isAlive(pid));
      clock.advance(1);
    });
    assert.deepEqual([isAlive(pid), clock.next()], [false, NEVER]);
  });
});

test("runProcess: what asks the process to end may be the caller's, and is cancelled when it has ended", async () => {
  await onStage(async ({ pipe, heard }) => {
    let asked: RunningProcess | undefined;
    let cancelled = false;
    const pids: number[] = [];
    await openNursery(async (nursery) => {
      const deliverCancel = async (running: RunningProcess) => {
        asked = running;
        running.signal("SIGKILL");
        await sleepForever().finally(() => cancelled = true);
      };
      nursery.startSoon(() => runProcess(stubborn(pipe), { output: "null", deliverCancel }));
      pids.push(Number(await heard()));
      nursery.cancelScope.cancel();
    });
    assert.deepEqual([asked?.pid, cancelled, asked?.signal("SIGTERM")], [pids[0], true, "gone"]);
  });
});

test("runProcess: one that asks and returns is waited for all the same", async () => {
  await onStage(async ({ pipe, heard, say }) => {
    let over = false;
    await openNursery(async (nursery) => {
      const scope = new CancelScope();
      nursery.startSoon(async () => {
        const argv = shell(`echo $$ > ${pipe}; read line < ${pipe}`);
        await scope.run(() => runProcess(argv, { output: "null", deliverCancel: () => {} }));
        over = true;
      });
      await heard();
      scope.cancel();
      await waitAllTasksBlocked();
      assert.equal(over, false);
      await say("go\n");
    });
    assert.ok(over);
  });
});

test("runProcess: if asking fails, the process is killed and the error raised", async () => {
  await onStage(async ({ pipe, heard }) => {
    const failure = new RangeError("cannot ask");
    let pid = 0;
    const group = await errorOf(ErrorGroup, () =>
      openNursery(async (nursery) => {
        const deliverCancel = () => Promise.reject(failure);
        nursery.startSoon(() => runProcess(stubborn(pipe), { output: "null", deliverCancel }));
        pid = Number(await heard());
        nursery.cancelScope.cancel();
      }));
    assert.deepEqual([group.flatten(), isAlive(pid)], [[failure], false]);
  });
});

test("runProcess: output is read also while the process is being ended, so that it can say so", async () => {
  await onStage(async ({ pipe, heard }) => {
    await openNursery(async (nursery) => {
      // More than a pipe holds: it could not end if nobody read.
      const farewell = "trap 'head -c 300000 /dev/zero; exit 0' TERM";
      const argv = shell(`${farewell}; echo $$ > ${pipe}; while :; do :; done`);
      nursery.startSoon(() => runProcess(argv, { output: "capture" }));
      await heard();
      nursery.cancelScope.cancel();
    });
  });
});

test("runProcess: a grandchild that holds the pipe is waited for, and its output belongs to the result", async () => {
  await onStage(async ({ pipe, say }) => {
    const argv = shell(`echo early; (read line < ${pipe}; echo $line) &`);
    await openNursery(async (nursery) => {
      nursery.startSoon(() => say("late\n"));
      assert.equal((await runProcess(argv, { output: "capture" })).stdout, "early\nlate\n");
    });
  });
});

test("runProcess: a cancel while only a grandchild holds the pipe ends the wait", async () => {
  await onStage(async ({ pipe, heard }) => {
    let grandchild = 0;
    await openNursery(async (nursery) => {
      nursery.startSoon(() => runProcess(shell(`sleep 1000 & echo $! > ${pipe}`), { output: "capture" }));
      grandchild = Number(await heard());
      await waitAllTasksBlocked();
      nursery.cancelScope.cancel();
    });
    if (isAlive(grandchild)) process.kill(grandchild, "SIGKILL");
  });
});

test("runProcess: with nursery.start the process runs beside the caller, who can signal it", async () => {
  await onStage(async ({ pipe, heard }) => {
    let pid = 0;
    const group = await errorOf(ErrorGroup, () =>
      openNursery(async (nursery) => {
        const running = await nursery.start<RunningProcess>((status) =>
          runProcess(sleeper(pipe), { output: "null", status })
        );
        pid = running.pid;
        assert.equal(Number(await heard()), pid);
        assert.ok(isAlive(pid));
        assert.equal(running.signal("SIGHUP"), "sent");
        await sleepForever();
      }));
    const [error] = group.errors;
    assert.ok(error instanceof ProcessFailed);
    assert.deepEqual(error.result.status, { how: "signalled", signal: "SIGHUP" });
    assert.equal(isAlive(pid), false);
  });
});

test("runProcess: with nursery.start a program that is not there is an error in the caller", async () => {
  await onStage(async () => {
    await openNursery((nursery) =>
      errorOf(
        SpawnError,
        () => nursery.start<RunningProcess>((status) => runProcess(["no-such-program-anywhere"], { status })),
      )
    );
  });
});

test("runProcess: a status that cannot be told leaves no process behind", async () => {
  await onStage(async ({ pipe }) => {
    const failure = new TypeError("twice");
    const status: TaskStatus<RunningProcess> = {
      started() {
        throw failure;
      },
    };
    assert.equal(await raisedBy(() => runProcess(sleeper(pipe), { output: "null", status })), failure);
  });
});

test("runProcess: when shields count no more, a stubborn process is killed, and gone before anything goes on", async () => {
  let pid = 0;
  let aliveAfter: boolean | undefined;
  const interrupted = () =>
    onStage(async ({ pipe, heard, control }) => {
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          try {
            await runProcess(stubborn(pipe), { output: "null" });
          } finally {
            aliveAfter = isAlive(pid);
          }
        });
        pid = Number(await heard());
        control.interrupt();
        await new CancelScope({ shield: true }).run(() => waitAllTasksBlocked());
        control.force();
      });
    });
  await errorOf(Interrupted, interrupted);
  assert.equal(aliveAfter, false);
});
