/** Supervisors that are starting, dying, or stuck, as another process finds them. */
import assert from "node:assert/strict";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { type ReplyMessage, REQUEST_LIMITS } from "../../lib/control/protocol.ts";
import { SUPERVISOR_VERB } from "../../lib/daemon/launch_options.ts";
import { connectLasting } from "../../lib/daemon/lasting_supervisor.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import { writeRecord } from "../../lib/daemon/tree_record.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { HeldLock } from "../../lib/host/ports/locks.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import { currentTime, sleep } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { encodeFrame, FrameDecoder } from "../../lib/wire/frames.ts";
import { test } from "../harness/test.ts";

const TREE: TreeId = {
  uid: 1_000,
  file: "/home/supervise.toml",
  id: "0",
  folder: "/run/0",
  runFolder: "/run/0",
  socket: "/run/0/control.sock",
  record: "/run/0/tree.json",
  deaths: "/run/0/deaths",
  key: "/run/0/marks.key",
  stateFolder: null,
  door: "/run/0/guardian.sock",
  lock: "/run/0/lock",
};

/** Connects while a supervisor that has the lock does something; says how that went, when, and whether it is there. */
async function connectWhile(program: (self: Puppet, host: Host, lock: HeldLock) => Promise<unknown>) {
  return await runVirtual(async (clock) => {
    const machine = new FakeMachine(clock);
    const { files, processes } = machine.host;
    const supervisor: FakeProgram = async (self) => {
      const host = machine.hostOf(self);
      await program(self, host, host.locks.take(TREE.lock)!);
    };
    machine.install("/bin/supervise", supervisor);
    files.makeFolder(TREE.runFolder);
    const child = processes.spawn({
      argv: ["/bin/supervise", SUPERVISOR_VERB, JSON.stringify({ file: TREE.file })],
      env: {},
      cwd: "/",
      stdin: null,
      output: "null",
    });
    writeRecord(machine.host, TREE, {
      name: "tree",
      file: TREE.file,
      stateFolder: "/state",
      supervisor: child,
      guardian: child,
      startedAt: "2026-01-01T00:00:00.000Z",
      endedAt: null,
      outcome: null,
    });
    await sleep(1);
    const client = await fromPromise(connectLasting(machine.host, TREE));
    const isThere = processes.find(child.pid)?.startTime === child.startTime;
    client?.close();
    if (isThere) processes.signal(child, "SIGKILL");
    await fromPromise(child.exited);
    return { isConnected: client !== null, atMs: currentTime() as number, isThere };
  });
}

/** Answers whatever a client asks. */
async function serve(connection: Connection): Promise<void> {
  const decoder = new FrameDecoder(REQUEST_LIMITS);
  for (let bytes = await connection.read(); bytes !== null; bytes = await connection.read()) {
    for (const message of decoder.push(bytes)) {
      const { id } = message as ReplyMessage;
      await connection.write(encodeFrame({ id, result: {} }));
    }
  }
}

test("lasting supervisor: one that is just starting is waited for", async () => {
  const found = await connectWhile(async (self, host) => {
    await self.sleep(100);
    await host.sockets.listen(TREE.socket, (connection) => void serve(connection));
    await self.forever();
  });
  assert.deepEqual([found.isConnected, found.isThere], [true, true]);
  assert.ok(found.atMs >= 100 && found.atMs < 200, `it is ${found.atMs}`);
});

test("lasting supervisor: one that was killed is none, once its process is gone", async () => {
  const found = await connectWhile(async (self, host) => {
    const listener = await host.sockets.listen(TREE.socket, (connection) => connection.close());
    await self.sleep(30);
    listener.close();
    await self.sleep(30);
  });
  assert.deepEqual([found.isConnected, found.isThere], [false, false]);
  assert.ok(found.atMs >= 60 && found.atMs < 100, `it is ${found.atMs}`);
});

test("lasting supervisor: the lock may be free before the process is gone", async () => {
  const found = await connectWhile(async (self, _, lock) => {
    lock.release();
    await self.sleep(30);
  });
  assert.deepEqual([found.isConnected, found.isThere], [false, false]);
  assert.ok(found.atMs >= 30 && found.atMs < 100, `it is ${found.atMs}`);
});

test("lasting supervisor: one that has the lock and never listens is not waited for without an end", async () => {
  const found = await connectWhile((self) => self.forever());
  assert.deepEqual([found.isConnected, found.isThere], [false, true]);
  assert.ok(found.atMs >= 2_000 && found.atMs < 3_000, `it is ${found.atMs}`);
});
