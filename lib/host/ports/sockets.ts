/** The port to Unix sockets: how clients and supervisors talk. */
import type { ByteSource } from "./processes.ts";

/** Who is at the other end, as the kernel says. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
}

/** A connection. Bytes come in by `read` as they come, and are held back while nobody reads. */
export interface Connection extends ByteSource {
  /** Null where the system cannot tell. */
  readonly peer: Peer | null;
  /** Writes all of `bytes`; resolves when they are on their way, false if the other side is gone. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** How many bytes wait to be written. */
  readonly backlog: number;
}

/** Something that accepts connections. */
export interface Listener {
  /** Accepts no more; connections that exist stay. Removes the socket's file. */
  close(): void;
}

/** A name that one process of the machine can hold at a time. The kernel takes it back when the holder dies. */
export interface HeldName {
  release(): void;
}

/** Connects and listens. */
export interface Sockets {
  /**
   * Listens on the file `path`, which only its owner may connect to; a file that is there already is replaced.
   *
   * @throws If the file cannot be made.
   */
  listen(path: string, onConnection: (connection: Connection) => void): Promise<Listener>;
  /** Connects; null if nobody listens there. */
  connect(path: string): Promise<Connection | null>;
  /** Takes a name for this process; null if another process holds it. */
  holdName(name: string): Promise<HeldName | null>;
  /** Who holds a name; null if nobody does. */
  holderOf(name: string): Promise<Peer | null>;
}
