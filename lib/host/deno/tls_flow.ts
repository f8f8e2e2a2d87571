import type { Socket } from "node:net";
import type { Flow } from "../shared/socket_source.ts";

/** The handle of a socket with TLS: it stands on that of the TCP connection. */
interface TlsHandle {
  readonly _parent: { readStop(): void; readStart(): void };
}

/**
 * Holds back the other side of a connection with TLS on Deno 2.9. A pause of its TLS sockets stops only what is handed
 * over: the socket itself goes on to read without bound, and an end that comes meanwhile is lost. So the TCP connection
 * below is stopped.
 */
export const tlsFlow: Flow = {
  hold: (socket) => handleOf(socket)?._parent.readStop(),
  release: (socket) => handleOf(socket)?._parent.readStart(),
};

function handleOf(socket: Socket): TlsHandle | null {
  return (socket as unknown as { _handle: TlsHandle | null })._handle;
}
