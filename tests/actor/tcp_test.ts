/** Actors over TCP: both sides have a certificate, and an end without a goodbye is a truncation. */
import assert from "node:assert/strict";
import {
  connectToActor,
  context,
  openNursery,
  type Portal,
  RemoteActorError,
  run,
  serveDaemon,
  type ServedContext,
  sleepForever,
  type TlsCredentials,
  TransportClosed,
} from "../../mod.ts";
import { openSystem } from "../../lib/api/system.ts";
import { instant } from "../../lib/base/instant.ts";
import { connectionPair } from "../../lib/host/fake/connection_pair.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { Link } from "../../lib/actor/link/link.ts";
import { FrameReader } from "../../lib/actor/link/frame_reader.ts";
import { greet } from "../../lib/actor/link/handshake.ts";
import { heartbeat } from "../../lib/actor/link/heartbeat.ts";
import { encodeStart } from "../../lib/actor/dialog/start_request.ts";
import { currentTime, sleepUntil } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { Authority, hasOpenssl } from "../harness/certificates.ts";
import { errorOf } from "../harness/raised.ts";
import { skip, test } from "../harness/test.ts";

// What the library opens once for the whole program is not a test's to close.
await openSystem();

const SERVED = {
  add: (a: number, b: number) => a + b,
  size: (bytes: Uint8Array) => bytes.length,
  fail: () => {
    throw new RangeError("too far");
  },
  stay: context(async (ctx: ServedContext<string>) => {
    await ctx.started(ctx.caller.name);
    await sleepForever();
  }),
};

if (hasOpenssl) registerAll();
else skip("tcp: actors of two machines call each other over TLS", "openssl not installed");

/** Runs a daemon on a port for as long as `body` does, which runs in another program as far as the two can tell. */
async function withDaemon(tls: TlsCredentials, body: (address: string) => Promise<void>): Promise<void> {
  const listening = Promise.withResolvers<string>();
  const through = Promise.withResolvers<void>();
  const serving = run(() =>
    openNursery(async (nursery) => {
      nursery.startSoon(() =>
        serveDaemon({ "": SERVED }, {
          name: "remote",
          listen: ["tcp://127.0.0.1:0"],
          tls,
          onReady: ([address]) => listening.resolve(address!),
        })
      );
      await fromPromise(through.promise);
      nursery.cancelScope.cancel();
    }, { collapse: true }), { interruptible: false });
  try {
    await body(await listening.promise);
  } finally {
    through.resolve();
    await serving;
  }
}

function registerAll(): void {
  const [authority, other] = [new Authority(), new Authority()];
  const [server, client, stranger] = [
    authority.issue("server"),
    authority.issue("client"),
    other.issue("stranger"),
  ];
  authority.close();
  other.close();
  const talk = (
    address: string,
    tls: TlsCredentials,
    body: (portal: Portal<typeof SERVED>) => Promise<void>,
  ) =>
    run(async () => await body(await connectToActor<typeof SERVED>(address, { tls })), {
      interruptible: false,
    });

  test("tcp: actors of two machines call each other over TLS", () =>
    withDaemon(server, (address) =>
      talk(address, client, async (portal) => {
        assert.equal(portal.actor.name, "remote");
        assert.equal(await portal.call.add(1, 2), 3);
        assert.equal(await portal.call.size(new Uint8Array(1_000_000)), 1_000_000);
        const error = await errorOf(RemoteActorError, () => portal.call.fail());
        assert.ok(error.is(RangeError));
        await portal.openContext("stay", [], async (ctx, who) => {
          assert.equal(who, "main");
          await ctx.cancel();
        });
      })));

  test("tcp: an actor that others may cancel ends for whoever has a certificate", async () => {
    let daemonIsOver = false;
    await withDaemon(server, async (address) => {
      await talk(address, client, async (portal) => {
        await portal.cancelActor();
        assert.equal(portal.isConnected, false);
        daemonIsOver = true;
      });
    });
    assert.ok(daemonIsOver);
  });

  test("tcp: without a certificate of the authority nobody reaches the message loop", () =>
    withDaemon(server, async (address) => {
      await errorOf(TransportClosed, () => talk(address, stranger, async () => {}));
      // Trusts the server, and is not trusted by it.
      const half = { ...stranger, ca: client.ca };
      await errorOf(TransportClosed, () => talk(address, half, async () => {}));
      await talk(address, client, async (portal) => assert.equal(await portal.call.add(2, 2), 4));
    }));

  test("tcp: an address without credentials, and one that is none, are refused before anything is sent", async () => {
    await errorOf(TypeError, () => run(() => connectToActor("tcp://127.0.0.1:1"), { interruptible: false }));
    await errorOf(TypeError, () => talk("tcp://nowhere", client, async () => {}));
  });

  test("tcp: a connection that is cut without a goodbye is a truncation, also over TLS", async () => {
    const { tcp, processes } = await openSystemHost();
    processes.close();
    await withDaemon(server, async (address) => {
      const port = Number(address.split(":").at(-1));
      const connection = await tcp.connect({ host: "127.0.0.1", port, tls: client });
      await run(async () => {
        const self = { id: "x", name: "cut", path: "cut", pid: 0, address: null };
        const { hello, reader } = await greet(connection, self, null);
        await openNursery(async (nursery) => {
          const cut = { ...connection, receiveWhile: () => Promise.resolve() };
          const link = new Link({
            connection: cut,
            reader: new FrameReader(cut),
            self,
            peer: hello.actor,
            isConnector: true,
            onStart: () => {},
            onCancelActor: () => {},
            onLost: () => {},
          });
          assert.ok(reader !== null);
          const dialog = link.open(encodeStart({ style: "call", module: "", name: "add", args: [1, 2] }));
          nursery.startSoon(() => link.run());
          await dialog.until("end", () => dialog.final !== null);
          const error = await errorOf(TransportClosed, () => dialog.result());
          assert.match(error.message, /in the middle, without a goodbye/);
        });
      }, { interruptible: false });
    });
  });
}

test("heartbeat: a peer that says nothing is given up while somebody waits for it, and never while nobody does", () =>
  runVirtual(async () => {
    const [here] = connectionPair();
    const id = { id: "a", name: "a", path: "a", pid: 0, address: null };
    const link = new Link({
      connection: here,
      reader: new FrameReader(here),
      self: id,
      peer: { ...id, id: "b", path: "b" },
      isConnector: true,
      onStart: () => {},
      onCancelActor: () => {},
      onLost: () => {},
    });
    await openNursery(async (nursery) => {
      nursery.startSoon(() => link.run());
      nursery.startSoon(() => heartbeat(link));
      await sleepUntil(instant(1_000_000));
      assert.equal(link.lost, null);
      const dialog = link.open(encodeStart({ style: "call", module: "", name: "add", args: [] }));
      await dialog.until("end", () => dialog.final !== null);
      assert.equal(currentTime(), 1_015_000);
      assert.match(
        (await errorOf(TransportClosed, () => dialog.result())).message,
        /nothing was heard of it/,
      );
    });
  }));
