/** Puppets with a host of their own: what ends with them, and what reaches them when. */
import assert from "node:assert/strict";
import { seeded } from "../../lib/base/chance.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { randomTransit } from "../../lib/host/fake/transit.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { DeathMode, ExitStatus } from "../../lib/host/ports/processes.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { after } from "../../lib/base/instant.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function openStage() {
  const clock = new VirtualClock();
  const machine = new FakeMachine(clock);
  const start = (host: Host, name: string, program: FakeProgram) => {
    machine.install(`/bin/${name}`, program);
    return host.processes.spawn({ argv: [`/bin/${name}`], env: {}, cwd: "/", stdin: null, output: "null" });
  };
  return { clock, machine, start };
}

test("puppets: nothing that a process waits for comes once it has ended", async () => {
  const { clock, machine, start } = openStage();
  const came: string[] = [];
  const child = start(machine.host, "waiter", (self) => {
    const host = machine.hostOf(self);
    void self.sleep(10).then(() => came.push("sleep"));
    host.clock.schedule(after(host.clock.now(), 10), () => came.push("timer"));
    host.clock.turn(() => came.push("turn"));
    self.onSignal("SIGTERM", () => came.push("signal"));
    self.exit(0);
    void host.sockets.connect("@nobody").then(() => came.push("connection"));
    assert.throws(() => start(host, "late", () => {}), { name: "SpawnError" });
    return self.forever();
  });
  await child.exited;
  clock.advance(100);
  await nextTurn();
  assert.deepEqual(came, []);
});

test("puppets: while a process computes all that comes waits, in order", async () => {
  const { clock, machine, start } = openStage();
  const came: string[] = [];
  const child = start(machine.host, "busy", async (self) => {
    const { clock } = machine.hostOf(self);
    self.onSignal("SIGTERM", () => came.push(`signal at ${clock.now()}`));
    clock.schedule(after(clock.now(), 20), () => came.push(`timer at ${clock.now()}`));
    await self.compute(50);
    came.push(`computed at ${clock.now()}`);
    await self.forever();
  });
  await nextTurn();
  clock.advance(10);
  machine.host.processes.signal(child, "SIGTERM");
  clock.advance(10);
  await nextTurn();
  assert.deepEqual(came, []);
  clock.advance(30);
  await nextTurn();
  assert.deepEqual(came, ["computed at 50", "signal at 50", "timer at 50"]);
  machine.host.processes.signal(child, "SIGKILL");
});

test("puppets: a stopped process hears of what came when it goes on", async () => {
  const { clock, machine, start } = openStage();
  const came: number[] = [];
  const child = start(machine.host, "stopped", async (self) => {
    await self.sleep(10);
    came.push(clock.now());
    await self.forever();
  });
  await nextTurn();
  machine.host.processes.signal(child, "SIGSTOP");
  clock.advance(100);
  await nextTurn();
  assert.deepEqual(came, []);
  machine.host.processes.signal(child, "SIGCONT");
  await nextTurn();
  assert.deepEqual(came, [100]);
  machine.host.processes.signal(child, "SIGKILL");
});

const DEATHS: readonly (readonly [DeathMode, number, ExitStatus])[] = [
  ["kill", 0, { how: "signalled", signal: "SIGKILL" }],
  ["grace", 3_000, { how: "signalled", signal: "SIGALRM" }],
];

for (const [mode, ms, status] of DEATHS) {
  test(`puppets: a process that dies with its parent (${mode}) does after ${ms} ms`, async () => {
    const { clock, machine, start } = openStage();
    const ends: { readonly status: ExitStatus; readonly ms: number }[] = [];
    machine.host.processes.adoptOrphans(({ status }) => ends.push({ status, ms: clock.now() }));
    const parent = start(machine.host, "parent", (self) => {
      const host = machine.hostOf(self);
      start(host, "child", (child) => {
        assert.equal(machine.hostOf(child).processes.dieWithParent(self.pid, mode), true);
        return child.forever();
      });
      return self.forever();
    });
    await nextTurn();
    machine.host.processes.signal(parent, "SIGKILL");
    await nextTurn();
    while (clock.next() < Infinity) {
      clock.moveTo(clock.next());
      await nextTurn();
    }
    assert.deepEqual(ends, [{ status, ms }]);
    machine.host.processes.close();
    assert.deepEqual(machine.puppets(), []);
  });
}

test("puppets: what connects before its listener could hear of it ends with that", async () => {
  const { machine, start } = openStage();
  const child = start(machine.host, "deaf", async (self) => {
    await machine.hostOf(self).sockets.listen("@deaf", () => assert.fail("it has heard"));
    await self.compute(1_000);
  });
  await nextTurn();
  const connection = (await machine.host.sockets.connect("@deaf"))!;
  assert.equal(machine.sockets.ends.size, 2);
  const end = connection.read();
  machine.host.processes.signal(child, "SIGKILL");
  assert.equal(await end, null);
  assert.deepEqual([machine.sockets.ends.size, machine.sockets.listening.size, machine.sockets.names.size], [
    0,
    0,
    0,
  ]);
});

test("transit: bytes come cut and late, but in order, and the end behind them", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { clock, machine } = openStage();
    const random = seeded(seed);
    machine.sockets.openTransit = () => randomTransit({ clock, random, mostMs: 20 });
    let there: Connection | null = null;
    await machine.host.sockets.listen("@far", (connection) => there = connection);
    const here = (await machine.host.sockets.connect("@far"))!;
    const words = Array.from({ length: 20 }, (_, index) => `word ${index} `);
    let received = "";
    let isOver = false;
    void (async () => {
      for (let bytes = await there!.read(); bytes !== null; bytes = await there!.read()) {
        received += new TextDecoder().decode(bytes);
      }
      isOver = true;
    })();
    for (const word of words) here.send([bytesOf(word)]);
    here.close();
    while (!isOver) {
      await nextTurn();
      if (clock.next() < Infinity) clock.moveTo(clock.next());
    }
    assert.equal(received, words.join(""), `seed ${seed}`);
    assert.ok(clock.now() <= 20, `seed ${seed}`);
  }
});
