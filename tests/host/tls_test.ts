/** TCP with TLS on the real host: who is let in, and what the others are told. */
import assert from "node:assert/strict";
import { type AddressInfo, connect as rawConnect, createServer as createRawServer } from "node:net";
import { connect as rawTlsConnect, createServer as createRawTlsServer } from "node:tls";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import type { ConnectFailure, TcpConnectOptions, TlsCredentials } from "../../lib/host/ports/tcp.ts";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { Authority, hasOpenssl } from "../harness/certificates.ts";
import { skip, test } from "../harness/test.ts";
import { connectionsContract } from "./contract/connections.ts";
import { textOf } from "./contract/subject.ts";
import { connectedTcp } from "./contract/tcp.ts";

const { processes, tcp } = await openSystemHost();
processes.close();

const LOCAL = { host: "127.0.0.1", port: 0 };

if (hasOpenssl) registerAll();
else skip("tls: both sides prove who they are", "openssl not installed");

function registerAll(): void {
  const [authority, other] = [new Authority(), new Authority()];
  const server = authority.issue("server");
  const client = authority.issue("client");
  const stranger = other.issue("stranger");
  const expired = authority.issue("expired", { days: -1 });
  const unnamed = authority.issue("", { subject: "/O=nobody" });
  const byName = authority.issue("by-name", { names: "DNS:supervise.test" });
  const ca = authority.ca;
  authority.close();
  other.close();

  connectionsContract<void>(
    (sentence, body) => test(`tls: ${sentence}`, () => body()),
    () => connectedTcp(tcp, { server, client: { tls: client } }),
  );

  test("tls: both sides know the other's name", async () => {
    const { here, there, close } = await connectedTcp(tcp, { server, client: { tls: client } });
    assert.deepEqual([here.identity, there.identity], ["server", "client"]);
    assert.deepEqual([here.peer, there.peer], [null, null]);
    close();
  });

  test("tls: several authorities may be believed", async () => {
    const both = `${stranger.ca}${ca}`;
    const sides = { server: { ...server, ca: both }, client: { tls: { ...stranger, ca: both } } };
    const { here, there, close } = await connectedTcp(tcp, sides);
    assert.deepEqual([here.identity, there.identity], ["server", "stranger"]);
    close();
  });

  test("tls: the server's certificate must be for the host, or for the name that is asked for", async () => {
    const named = { server: byName, client: { tls: client, serverName: "supervise.test" } };
    const { here, close } = await connectedTcp(tcp, named);
    assert.equal(here.identity, "by-name");
    close();
    const wrong: readonly Partial<TcpConnectOptions>[] = [
      { tls: client },
      { tls: client, serverName: "elsewhere.test" },
      { tls: client, serverName: "127.0.0.2" },
    ];
    for (const asked of wrong) {
      await assertFails("wrong-name", connectedTcp(tcp, { server: byName, client: asked }));
    }
  });

  test("tls: a server that is not of the authority, or whose certificate has no name or is over, is not trusted", async () => {
    for (const bad of [stranger, unnamed, expired]) {
      const sides = { server: { ...bad, ca }, client: { tls: client } };
      await assertFails("not-trusted", connectedTcp(tcp, sides));
    }
  });

  test("tls: a client that does not prove itself is never handed over, and reads the end", async () => {
    await withServer(server, async ({ port, handedOver }) => {
      for (const bad of [stranger, unnamed, expired]) {
        const connection = await tcp.connect({ ...LOCAL, port, tls: { ...bad, ca } });
        assert.equal(await connection.read(), null);
        connection.close();
      }
      await ended(rawTlsConnect({ ...LOCAL, port, ca, rejectUnauthorized: true }));
      const { cert, key } = client;
      await ended(rawTlsConnect({ ...LOCAL, port, ca, cert, key, maxVersion: "TLSv1.2" }));
      const plain = await tcp.connect({ ...LOCAL, port, tls: null });
      plain.send([new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")]);
      await textOf(plain);
      plain.close();
      const good = await tcp.connect({ ...LOCAL, port, tls: client });
      assert.equal((await handedOver()).identity, "client");
      good.close();
    });
  });

  test("tls: a client that says nothing is hung up on", async () => {
    await withServer(server, async ({ port }) => await ended(rawConnect({ ...LOCAL, port })), 1);
  });

  test("tls: a server that says nothing is given up", async () => {
    const silent = createRawServer((socket) => void socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(LOCAL, resolve));
    const { port } = silent.address() as AddressInfo;
    await assertFails("timed-out", tcp.connect({ ...LOCAL, port, tls: client, handshakeMs: 1 }));
    await new Promise((resolve) => silent.close(resolve));
  });

  test("tls: there is no agreement with a server of TLS 1.2, or one that hangs up", async () => {
    const { cert, key } = server;
    const old = createRawTlsServer({ cert, key, maxVersion: "TLSv1.2" });
    const rude = createRawServer((socket) => void socket.destroy());
    for (const each of [old, rude]) {
      await new Promise<void>((resolve) => each.listen(LOCAL, resolve));
      const { port } = each.address() as AddressInfo;
      await assertFails("no-agreement", tcp.connect({ ...LOCAL, port, tls: client }));
      await new Promise((resolve) => each.close(resolve));
    }
  });

  test("tls: credentials that cannot be used are found before anything is sent", async () => {
    const bad: readonly TlsCredentials[] = [
      { ...client, cert: "no certificate" },
      { ...client, ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
      { ...client, key: "no key" },
      { ...client, key: server.key },
    ];
    for (const tls of bad) {
      await assertFails("bad-credentials", tcp.connect({ ...LOCAL, port: 1, tls }));
      await assertFails("bad-credentials", tcp.listen({ ...LOCAL, tls }, () => {}));
    }
  });
}

test("tcp: what cannot be reached says why", async () => {
  const unknown = { host: "no-such-host.invalid", port: 1, tls: null };
  await assertFails("unknown-host", tcp.connect(unknown));
});

async function assertFails(code: ConnectFailure, attempt: Promise<unknown>): Promise<void> {
  await assert.rejects(attempt, (error: Error) => {
    assert.deepEqual([error.name, (error as { code?: string }).code], ["ConnectError", code], error.message);
    return true;
  });
}

interface Serving {
  readonly port: number;
  /** The one connection that was handed over. */
  handedOver(): Promise<Connection>;
}

async function withServer(
  tls: TlsCredentials,
  body: (serving: Serving) => Promise<void>,
  handshakeMs?: number,
): Promise<void> {
  const accepted: Connection[] = [];
  let wake = () => {};
  const options = { ...LOCAL, tls, ...(handshakeMs === undefined ? {} : { handshakeMs }) };
  const listener = await tcp.listen(options, (connection) => {
    accepted.push(connection);
    wake();
  });
  const handedOver = async () => {
    while (accepted.length === 0) await new Promise<void>((resolve) => wake = resolve);
    assert.equal(accepted.length, 1);
    return accepted[0]!;
  };
  try {
    await body({ port: listener.port, handedOver });
  } finally {
    accepted.forEach((connection) => connection.close());
    listener.close();
  }
}

/** Resolves when a socket of the test's own has been closed by the other side. */
function ended(socket: ReturnType<typeof rawConnect>): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
}
