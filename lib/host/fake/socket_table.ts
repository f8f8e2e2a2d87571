import type { Connection, Peer } from "../ports/sockets.ts";
import type { OpenFile } from "./open_file.ts";
import type { Transit } from "./transit.ts";

/** Somebody who listens. */
export interface FakeListener {
  readonly peer: Peer;
  /** Takes the other end of a connection. */
  readonly accept: (end: Connection) => void;
  /** The open file of its holder, where that can be handed over. */
  readonly file?: OpenFile;
}

/** The sockets of a machine, whichever process has them. */
export class SocketTable {
  /** The listeners, by address. */
  readonly listening = new Map<string, FakeListener>();
  /** The names in the kernel that are held. */
  readonly names = new Set<string>();
  /** The ends of connections that their holders have not let go of. */
  readonly ends = new Set<Connection>();
  /** How the bytes of new connections travel; null for at once. */
  openTransit: (() => Transit) | null = null;
}
