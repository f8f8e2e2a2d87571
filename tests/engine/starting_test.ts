/** Processes that are there, and that the containment has not been told of yet: they are nobody's orphans. */
import assert from "node:assert/strict";
import { chooseLayer } from "../../lib/engine/containment/choose_layer.ts";
import { Containment } from "../../lib/engine/containment/containment.ts";
import { Ledger } from "../../lib/engine/containment/ledger.ts";
import { SubreaperLayer } from "../../lib/engine/containment/descent_layers.ts";
import { RUN_VARIABLE } from "../../lib/engine/environment.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { test } from "../harness/test.ts";

const STAY: FakeProgram = (self) => self.forever();

const SPEC = { argv: ["/bin/stay"], env: {}, cwd: "/", stdin: null, output: "null" } as const;

/** A machine on which orphans come to us. */
async function onMachine(
  body: (machine: FakeMachine, containment: Containment) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const machine = new FakeMachine(clock);
    machine.install("/bin/stay", STAY);
    const { processes } = machine.host;
    processes.adoptOrphans(() => {});
    await body(machine, new Containment(machine.host, new Ledger(), new SubreaperLayer()));
  });
}

function mark(run: number, main: { readonly pid: number; readonly startTime: number }, home: number | null) {
  return { run, path: `actor.${run}`, marker: `test.${run}`, main, home };
}

test("containment: what has just been started here is nobody's orphan, told of or not, until it is given up", async () => {
  await onMachine(async (machine, containment) => {
    const { processes } = machine.host;
    const unattributed = () => containment.unattributed().map(({ pid }) => pid);
    const child = processes.spawn(SPEC);
    assert.deepEqual(unattributed(), []);
    containment.add(mark(1, child, null), "stay");
    assert.deepEqual(unattributed(), []);
    containment.remove(1);
    assert.deepEqual(unattributed(), [child.pid]);
    processes.signal(child, "SIGKILL");
    await child.exited;
    assert.deepEqual(unattributed(), []);
  });
});

test("containment: what is being started in a group of its own is nobody's stray", async () => {
  await onMachine(async (machine) => {
    const { processes } = machine.host;
    machine.groups.lack = null;
    const containment = new Containment(
      machine.host,
      new Ledger(),
      chooseLayer(machine.host, "test", "cgroup"),
    );
    let child = 0;
    machine.install("/bin/shim", (self) => {
      self.fork((inner) => {
        child = inner.pid;
        return inner.forever();
      });
      return self.forever();
    });
    const group = containment.place(1, "test.1")!;
    const main = processes.spawn({ ...SPEC, argv: ["/bin/shim"], group });
    await waitAllTasksBlocked();
    assert.deepEqual(containment.unattributed(), []);
    containment.add(mark(1, main, null), "shim");
    containment.remove(1);
    assert.deepEqual(containment.unattributed().map(({ pid }) => pid).sort(), [main.pid, child].sort());
    for (const row of containment.unattributed()) processes.signal(row, "SIGKILL");
    await main.exited;
    containment.close();
  });
});

for (const isMarked of [true, false]) {
  const how = isMarked ? "that has become its program" : "that has yet to become its program";

  test(`containment: what an isolator has just started goes with no other run, ${how}`, async () => {
    await onMachine(async (machine, containment) => {
      const { processes } = machine.host;
      const mains: Puppet[] = [];
      let forkAnother = () => {};
      machine.install("/bin/isolator", (self) => {
        const start = (env: Record<string, string>) =>
          self.fork((main) => {
            main.setsid();
            main.setEnvironment(env);
            mains.push(main);
            return main.forever();
          });
        start({ [RUN_VARIABLE]: "test.1" });
        forkAnother = () => start(isMarked ? { [RUN_VARIABLE]: "test.2" } : {});
        return self.forever();
      });
      const isolator = processes.spawn({ ...SPEC, argv: ["/bin/isolator"] });
      containment.addKeeper(isolator);
      await waitAllTasksBlocked();
      const idOf = (index: number) => {
        const { pid } = mains[index]!;
        return { pid, startTime: processes.find(pid)!.startTime };
      };
      containment.add(mark(1, idOf(0), isolator.pid), "first");
      containment.place(2, "test.2");
      forkAnother();
      await waitAllTasksBlocked();
      if (isMarked) assert.deepEqual(containment.unattributed(), []);
      containment.end(1, "SIGKILL", () => {});
      await waitAllTasksBlocked();
      assert.deepEqual(mains.map(({ isAlive }) => isAlive), [false, true]);
      containment.add(mark(2, idOf(1), isolator.pid), "second");
      containment.lookAgain();
      assert.deepEqual(mains.map(({ isAlive }) => isAlive), [false, true]);
      assert.deepEqual(containment.unattributed(), []);
      containment.end(2, "SIGKILL", () => {});
      await waitAllTasksBlocked();
      processes.signal(isolator, "SIGKILL");
      await isolator.exited;
      assert.deepEqual(processes.childrenOf(processes.ownPid), []);
    });
  });
}
