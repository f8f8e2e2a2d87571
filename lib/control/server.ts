/**
 * The supervisor's side of the control socket: a task for each of any number of clients. Actors come to the same socket;
 * their connections are handed over.
 */
import { Doorkeeper, type DoorLimits } from "../actor/link/doorkeeper.ts";
import { FrameReader } from "../actor/link/frame_reader.ts";
import type { ActorRuntime } from "../actor/runtime.ts";
import { UserError } from "../base/user_error.ts";
import type { Host } from "../host/ports/host.ts";
import type { Connection, Listener, Peer } from "../host/ports/sockets.ts";
import { openMemoryChannel } from "../sync/memory_channel.ts";
import { openNursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Event } from "../sync/event.ts";
import { encodeFrame } from "../wire/frames.ts";
import { ConnectionTask } from "./connection_task.ts";
import { toWireError } from "./wire_error.ts";
import { readOpening } from "./opening.ts";
import type { Service } from "./service.ts";

/** How long clients may take to be told why they are sent away. */
const DISMISSAL_MS = 500;

/** The parts of a control server. */
export interface ServerOptions {
  readonly host: Host;
  readonly service: Service;
  /** Takes the connections of actors. */
  readonly runtime: Pick<ActorRuntime, "adopt">;
  /** Users who may connect, beside root. */
  readonly uid: number;
  /** Told when a connection is lost that the tree was to end with. */
  readonly onOwnerLost: () => void;
  /** How many may be connected. */
  readonly limits?: DoorLimits;
}

/** Accepts clients; they are served by the task `run`. */
export class ControlServer {
  readonly #options: ServerOptions;
  readonly #accepted = openMemoryChannel<Connection>(Infinity);
  readonly #tasks = new Set<ConnectionTask>();
  readonly #door: Doorkeeper;
  #listener: Listener | null = null;
  readonly #emptied = new Event();
  #finished = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { limits } = options;
    this.#door = new Doorkeeper({ ...(limits === undefined ? {} : { limits }), tell: tellBusy });
  }

  /**
   * Begins to listen, or does so anew.
   *
   * @param name The socket's file as others find it.
   * @param path The same by a folder that is held.
   * @throws If the file cannot be made.
   */
  async listen(name: string, path: string = name): Promise<void> {
    this.#listener?.close();
    const { sockets } = this.#options.host;
    this.#listener = await sockets.listen(name, (connection) => this.#accept(connection), path);
  }

  /** Serves clients until `finish`, or a cancel. */
  async run(): Promise<void> {
    try {
      await openNursery(async (nursery) => {
        for await (const connection of this.#accepted[1]) {
          nursery.startSoon(() => this.#welcome(connection), { name: "client" });
        }
      });
    } finally {
      this.#listener?.close();
      for (const connection of this.#door.visitors) connection.close();
    }
  }

  /** The client that the tree is to end with; null if there is none. */
  get owner(): Peer | null {
    return [...this.#tasks].find(({ isOwner }) => isOwner)?.peer ?? null;
  }

  /** Accepts nobody any more, and tells all who are there why. Returns when they were told, or have had the time for it. */
  async dismiss(why: UserError): Promise<void> {
    this.#finished = true;
    for (const task of this.#tasks) task.dismiss(why);
    await moveOnAfter(DISMISSAL_MS, () => this.#emptied.wait());
  }

  /** Accepts nobody any more, and lets `run` end when every request that is open is answered. */
  finish(): void {
    this.#finished = true;
    this.#listener?.close();
    this.#accepted[0].close();
    for (const task of this.#tasks) task.finish();
    for (const connection of this.#door.visitors) connection.close();
  }

  async #welcome(connection: Connection): Promise<void> {
    try {
      if (this.#finished) connection.close();
      const opening = await readOpening(connection);
      if (opening === null) return connection.close();
      if (opening.speaks === "requests") {
        if (this.#door.welcome(connection)) await this.#serve(connection, opening.bytes);
      } else this.#options.runtime.adopt(connection, new FrameReader(connection, opening.bytes));
    } finally {
      this.#door.leave(connection);
    }
  }

  async #serve(connection: Connection, begun: Uint8Array): Promise<void> {
    const task = new ConnectionTask(connection, this.#options.service, begun);
    this.#tasks.add(task);
    if (this.#finished) task.finish();
    try {
      await task.run();
    } finally {
      this.#tasks.delete(task);
      if (this.#finished && this.#tasks.size === 0) this.#emptied.set();
      if (task.isOwner) this.#options.onOwnerLost();
    }
  }

  /** The file's mode keeps others out; this asks the kernel besides, in case the file was put elsewhere. */
  #accept(connection: Connection): void {
    const { uid } = this.#options;
    const isTrusted = connection.peer !== null && (connection.peer.uid === uid || connection.peer.uid === 0);
    if (!isTrusted || this.#finished) return connection.close();
    this.#door.visit(connection);
    this.#accepted[0].sendNowait(connection);
  }
}

/** Tells a client why it is sent away. An actor finds no hello in it. */
function tellBusy(connection: Connection, why: string): Promise<boolean> {
  const busy = new UserError("control/busy", `The supervisor takes no more connections: ${why}`, {
    hint: "close some of them, or try again later",
  });
  return connection.write(encodeFrame({ id: 0, error: toWireError(busy) }));
}
