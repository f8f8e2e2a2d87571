/** The port to connections, and to Unix sockets, over which the processes of a machine have them. */
import type { ByteSource } from "./processes.ts";

/** The process at the other end, as the kernel says. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
}

/**
 * A connection. Bytes come in by `read` as they come, and are held back while nobody reads. A side that has read the end can
 * write no more. Bytes that were handed over to be written must not be changed.
 */
export interface Connection extends ByteSource {
  /** Null where the system cannot tell, as between machines. */
  readonly peer: Peer | null;
  /** The name that a certificate of the other side proves; null without TLS. */
  readonly identity: string | null;
  /**
   * Whether long pieces go over to the other side as they are, if they were given away (see `own_memory.ts`), and are empty here
   * from then on: then nothing is won by sending in parts.
   *
   * @default {false}
   */
  readonly movesMemory?: boolean;
  /**
   * Hands over what comes in, as it comes, until the end or until `onBytes` says that it wants no more: at less cost than `read`,
   * which is not called from then on, and without holding the other side back.
   *
   * @throws What `onBytes` has thrown, which ends it.
   */
  receiveWhile(onBytes: (bytes: Uint8Array) => boolean): Promise<void>;
  /** Writes all of `bytes`; resolves when they are on their way, false if the other side is gone. */
  write(bytes: Uint8Array): Promise<boolean>;
  /**
   * Writes pieces, one behind the other, without waiting and at less cost than `write`; false if the caller should wait for `drained` before it sends
   * more, because too much waits to be written or the other side is gone.
   */
  send(pieces: readonly Uint8Array[]): boolean;
  /** Resolves when there is room for more to be sent, false if nothing can be sent any more. */
  drained(): Promise<boolean>;
  /**
   * Sends the end behind everything that was written, and resolves when all of it is on its way or the other side is
   * gone; then nothing is left to do here. Bytes that the other side still sends are dropped. The end of a connection whose
   * other side neither reads nor closes comes by `close`. Idempotent.
   */
  end(): Promise<void>;
  /** How many bytes wait to be written. */
  readonly backlog: number;
}

/** Something that accepts connections. */
export interface Listener {
  /** Accepts no more; connections that exist stay. Removes the socket's file, or frees its name. */
  close(): void;
}

/**
 * Connects and listens. An address that begins with `@` is a name in the kernel: it has no file, one process of the
 * machine can listen on it at a time, and a crash frees it. Any other address is the path of a file.
 */
export interface Sockets {
  /**
   * Listens on a file, which only its owner may connect to and which replaces one that is there already; or on a name,
   * which anybody may connect to: `peer` tells who did.
   *
   * @param reached The same file by a folder that is held: nothing else is removed or changed, whatever becomes of the name.
   * @throws If the file cannot be made, or another is at `reached`; or with the code `EADDRINUSE` if the name is taken.
   */
  listen(
    address: string,
    onConnection: (connection: Connection) => void,
    reached?: string,
  ): Promise<Listener>;
  /** Connects; null if nobody listens there. */
  connect(address: string): Promise<Connection | null>;
}
