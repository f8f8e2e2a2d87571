/** The port to sockets that listen before there is anybody to accept, to be handed to processes that do. */
import type { SocketAddress } from "../../base/socket_address.ts";
import type { ProcessId } from "./processes.ts";

/** A socket that listens: connections wait in it until a process that was handed it accepts them. */
export interface ListeningSocket {
  /** Its number here. No program inherits it unless it is handed over. */
  readonly descriptor: number;
  /**
   * Lets go of it, and removes its file unless another has taken its place. It listens on as long as a process has it
   * that it was handed to. Idempotent.
   */
  close(): void;
  /** Lets go of it here alone: its file stays, because others have it. Idempotent. */
  letGo(): void;
}

/** Why nobody can listen at an address. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Opens sockets that listen. */
export interface Listening {
  /**
   * Listens at an address. The file of a Unix socket replaces one that nobody listens at any more, and has the
   * permissions that new files of this program have.
   *
   * @throws {ListenError} That says who has the address, as far as that can be known.
   */
  open(address: SocketAddress): ListeningSocket;
  /**
   * Finds out whether `open` would be refused, as far as that shows without listening: nobody can connect meanwhile, and no file
   * is made or removed.
   *
   * @throws {ListenError} As `open` does.
   */
  check(address: SocketAddress): void;
  /**
   * Shares a socket that another process listens with, one that it was handed under that number.
   *
   * @returns Null if it does not listen there, or may not be asked.
   */
  share(holder: ProcessId, descriptor: number, address: SocketAddress): ListeningSocket | null;
}
