import assert from "node:assert/strict";
import type { Connection } from "../../../lib/host/ports/sockets.ts";
import type { Tcp, TcpConnectOptions, TlsCredentials } from "../../../lib/host/ports/tcp.ts";
import { type Connected, connectionsContract } from "./connections.ts";
import { guarantees, type OpenSubject } from "./subject.ts";

/** What every implementation of the port to TCP guarantees without TLS. */
export function tcpContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} tcp`, open);

  connectionsContract(guarantee, (subject) => connectedTcp(subject.host.tcp, {}));

  guarantee("without TLS nobody knows who is there", async (subject) => {
    const { here, there, close } = await connectedTcp(subject.host.tcp, {});
    assert.deepEqual([here.peer, here.identity, there.peer, there.identity], [null, null, null, null]);
    close();
  });

  guarantee("a port has one listener, and refuses when that is closed", async (subject) => {
    const { tcp } = subject.host;
    const anyPort = { host: "127.0.0.1", port: 0, tls: null };
    const listener = await tcp.listen(anyPort, () => {});
    const thePort = { ...anyPort, port: listener.port };
    await assert.rejects(tcp.listen(thePort, () => {}), { code: "EADDRINUSE" });
    listener.close();
    await assert.rejects(tcp.connect(thePort), { name: "ConnectError", code: "refused" });
    (await tcp.listen(thePort, () => {})).close();
  });
}

/** How both sides of a connection of the test are made. */
export interface Sides {
  readonly server?: TlsCredentials;
  readonly client?: Partial<TcpConnectOptions>;
}

/** A listener and both sides of a connection to it. */
export async function connectedTcp(tcp: Tcp, { server, client }: Sides): Promise<Connected> {
  let accept: (connection: Connection) => void = () => {};
  const accepted = new Promise<Connection>((resolve) => accept = resolve);
  const host = "127.0.0.1";
  const listener = await tcp.listen({ host, port: 0, tls: server ?? null }, accept);
  try {
    const here = await tcp.connect({ host, port: listener.port, tls: null, ...client });
    const there = await accepted;
    const close = () => {
      here.close();
      there.close();
      listener.close();
    };
    return { here, there, close };
  } catch (error) {
    listener.close();
    throw error;
  }
}
