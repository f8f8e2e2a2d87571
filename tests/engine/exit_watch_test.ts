import assert from "node:assert/strict";
import { NEVER } from "../../lib/base/instant.ts";
import { ExitWatch } from "../../lib/engine/survival/exit_watch.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { ProcessRow } from "../../lib/host/ports/processes.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import type { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";

/** Has a process watched that is the child of another one, which waits for it. */
async function watchGrandchild(
  body: (stage: {
    readonly clock: VirtualClock;
    readonly machine: FakeMachine;
    readonly watch: ExitWatch;
    readonly grandchild: ProcessRow;
  }) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const machine = new FakeMachine(clock);
    machine.install("/bin/parent", async (self) => {
      await self.fork((child) => child.forever()).wait();
      await self.forever();
    });
    const { processes } = machine.host;
    const how = { env: {}, cwd: "/", stdin: null, output: "null" } as const;
    const parent = processes.spawn({ argv: ["/bin/parent"], ...how });
    await sleep(1);
    const grandchild = processes.find(processes.childrenOf(parent.pid)[0]!)!;
    await body({ clock, machine, watch: new ExitWatch(machine.host), grandchild });
  });
}

test("exit watch: nothing is armed while a process lives, and its end is unseen when nobody has told of it", async () => {
  await watchGrandchild(async ({ clock, machine, watch, grandchild }) => {
    const exit = watch.exitOf(grandchild);
    assert.equal(clock.next(), NEVER);
    await sleep(10_000);
    machine.host.processes.signal(grandchild, "SIGKILL");
    const at = clock.now();
    assert.deepEqual(await fromPromise(exit), { how: "unseen" });
    assert.equal(clock.now() - at, 1_000);
  });
});

test("exit watch: whoever knows how a process has ended is heard, before and after it is seen to be gone", async () => {
  await watchGrandchild(async ({ clock, machine, watch, grandchild }) => {
    const exit = watch.exitOf(grandchild);
    const status = { how: "signalled", signal: "SIGKILL" } as const;
    assert.equal(watch.ended({ ...grandchild, startTime: grandchild.startTime + 1 }, status), false);
    machine.host.processes.signal(grandchild, "SIGKILL");
    await sleep(500);
    assert.equal(watch.ended(grandchild, status), true);
    assert.deepEqual(await fromPromise(exit), status);
    assert.equal(watch.ended(grandchild, status), false);
    assert.equal(clock.next(), NEVER);
  });
});

test("exit watch: it arms nothing once it is closed", async () => {
  await watchGrandchild(async ({ clock, machine, watch, grandchild }) => {
    void watch.exitOf(grandchild);
    machine.host.processes.signal(grandchild, "SIGKILL");
    await sleep(500);
    watch.close();
    assert.equal(clock.next(), NEVER);
  });
});
