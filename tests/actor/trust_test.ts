/** Whom an actor talks to at all: names in the kernel have no owner, so each side asks the kernel who the other one is. */
import assert from "node:assert/strict";
import { TransportClosed } from "../../lib/actor/errors.ts";
import { ActorRuntime } from "../../lib/actor/runtime.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { Connection, Peer } from "../../lib/host/ports/sockets.ts";
import { sleep } from "../../lib/scope/sleep.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { errorOf } from "../harness/raised.ts";
import { test } from "../harness/test.ts";

const OWN_UID = 1_000;

/** A connection to somebody who never says anything; what is done with it is written down. */
class SilentConnection implements Connection {
  readonly identity = null;
  readonly backlog = 0;
  readonly peer: Peer | null;
  readonly done: string[] = [];
  #end = () => {};

  constructor(uid: number | null) {
    this.peer = uid === null ? null : { pid: 1, uid };
  }

  read(): Promise<null> {
    this.done.push("read");
    return new Promise((resolve) => this.#end = () => resolve(null));
  }

  async receiveWhile(): Promise<void> {
    await this.read();
  }

  write(): Promise<boolean> {
    this.done.push("write");
    return Promise.resolve(true);
  }

  send(): boolean {
    this.done.push("send");
    return true;
  }

  drained(): Promise<boolean> {
    return Promise.resolve(true);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.done.push("close");
    this.#end();
  }
}

/** Runs an actor whose listener and whose connects are the test's own. */
async function withActor(
  connects: Connection | null,
  body: (actor: ActorRuntime, accept: (connection: Connection) => void) => Promise<void>,
): Promise<void> {
  await runVirtual(async (clock) => {
    const { host } = new FakeMachine(clock);
    let accept = (_: Connection) => {};
    const sockets = {
      listen: (_: string, onConnection: (connection: Connection) => void) => {
        accept = onConnection;
        return Promise.resolve({ close: () => {} });
      },
      connect: () => Promise.resolve(connects),
    };
    const actor = new ActorRuntime({
      host: { ...host, sockets: sockets as unknown as Host["sockets"] },
      self: { id: "id", name: "main", path: "main", pid: 1, address: "@supervise/id" },
      uids: new Set([OWN_UID]),
      isCancellable: false,
    });
    await actor.run(() => body(actor, (connection) => accept(connection)));
  });
}

test("trust: of those who connect only the same user and root are listened to", async () => {
  const all = [OWN_UID, 0, 2_000, null].map((uid) => new SilentConnection(uid));
  const [own, root, other, unknown] = all;
  await withActor(null, async (_, accept) => {
    for (const connection of all) accept(connection);
    await waitAllTasksBlocked();
    assert.deepEqual(own!.done, ["read"]);
    assert.deepEqual(root!.done, ["read"]);
    assert.deepEqual(other!.done, ["close"]);
    assert.deepEqual(unknown!.done, ["close"]);
  });
});

test("trust: to a listener of another user nothing is said", async () => {
  const connection = new SilentConnection(2_000);
  await withActor(connection, async (actor) => {
    const error = await errorOf(TransportClosed, () => actor.connect("@supervise/other"));
    assert.match(error.message, /it belongs to another user/);
    assert.deepEqual(connection.done, ["close"]);
  });
});

test("trust: whoever connects and says nothing is let go after a while", async () => {
  const connection = new SilentConnection(OWN_UID);
  await withActor(null, async (_, accept) => {
    accept(connection);
    await sleep(9_000);
    assert.deepEqual(connection.done, ["read"]);
    await sleep(2_000);
    // It is told why.
    assert.deepEqual(connection.done, ["read", "write", "close"]);
  });
});
