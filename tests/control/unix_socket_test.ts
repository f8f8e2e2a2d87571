/** The control server on real Unix sockets: what memory cannot show about them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import { ControlServer } from "../../lib/control/server.ts";
import { Service } from "../../lib/control/service.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { Peer } from "../../lib/host/ports/sockets.ts";
import { SystemClock } from "../../lib/host/shared/system_clock.ts";
import { openSystemSockets } from "../../lib/host/system_sockets.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { run } from "../../lib/scope/run.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { PuppetEngine } from "./puppet_engine.ts";
import { END } from "./stage.ts";

const UID = process.getuid!();

// Loads what stays loaded, before the first test is watched for what it leaves open.
(await (await openSystemSockets()).listen(`@supervise-test-${process.pid}`, () => {})).close();

interface Real {
  readonly host: Host;
  readonly path: string;
  readonly engine: PuppetEngine;
  readonly service: Service;
}

/** Runs `body` while a control server listens on a socket in a folder of its own. */
async function onSocket(peer: Peer, body: (real: Real) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-control-"));
  const clock = new SystemClock();
  const host = {
    clock,
    wallClock: () => 0,
    processes: { ownPid: process.pid, table: () => [] },
    sockets: await openSystemSockets({ peerOf: () => peer }),
  } as unknown as Host;
  try {
    await run(async () => {
      const plan = planOf({ children: { a: { daemon: true } } });
      const engine = new PuppetEngine(plan);
      const kept = { plan, problems: [], texts: new Map(), scaled: [], variables: new Map() };
      const service = new Service(engine, host, {
        kept,
        load: () => Promise.resolve(kept),
        scale: () => Promise.resolve(kept),
        keep() {},
      }, () => Promise.reject(new Error("it is handed over to nobody")));
      const server = new ControlServer({
        host,
        service,
        runtime: { adopt: (connection) => connection.close() },
        uid: UID,
        onOwnerLost() {},
      });
      const path = join(folder, "control");
      await fromPromise(server.listen(path));
      await openNursery(async (nursery) => {
        nursery.startSoon(() => server.run(), { name: "server" });
        await fromPromise(body({ host, path, engine, service }));
        server.finish();
      }, { collapse: true });
    }, { clock });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function hangUp(clients: readonly ControlClient[]): Promise<void> {
  for (const client of clients) client.close();
  await Promise.all(clients.map((client) => client.closed));
}

test("unix socket: the file is for its owner alone, and many clients are answered at once", async () => {
  await onSocket({ pid: 1, uid: UID }, async ({ host, path, service }) => {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const clients = await Promise.all(
      Array.from({ length: 30 }, async () => (await connectControl(host, path, () => null))!),
    );
    const ends = clients.map((client) => client.request("await_end", {}));
    const rows = await Promise.all(clients.map((client) => client.request("status", { paths: [] })));
    assert.ok(rows.every(({ actors }) => actors[0]!.path === "a"));
    service.finish(END);
    assert.equal((await Promise.all(ends)).length, 30);
    await hangUp(clients);
  });
});

test("unix socket: a peer with another uid is hung up on before it is answered", async () => {
  await onSocket({ pid: 1, uid: UID + 1 }, async ({ host, path }) => {
    await assert.rejects(connectControl(host, path, () => null), { code: "control/lost" });
  });
});

test("unix socket: the last lines come before the end, in order and whole, through a busy follower", async () => {
  await onSocket({ pid: 1, uid: UID }, async ({ host, path, engine, service }) => {
    const client = (await connectControl(host, path, () => null))!;
    const seen: number[] = [];
    const followed = client.follow({ lines: true, entries: false }, async (items) => {
      for (const item of items) if (item.kind === "line") seen.push(item.line.at);
      await Promise.resolve();
    });
    await client.request("sync", {});
    for (let i = 0; i < 2_000; i++) engine.says("x".repeat(i % 300));
    service.finish(END);
    await followed;
    assert.deepEqual(seen, Array.from({ length: 2_000 }, (_, i) => i + 1));
    await hangUp([client]);
  });
});
