/** The supervisor's side of the control socket: a task for each of any number of clients. */
import type { Host } from "../host/ports/host.ts";
import type { Connection, Listener } from "../host/ports/sockets.ts";
import { openMemoryChannel } from "../scope/memory_channel.ts";
import { openNursery } from "../scope/nursery.ts";
import { ConnectionTask } from "./connection_task.ts";
import type { Service } from "./service.ts";

/** What a control server serves. */
export interface ServerOptions {
  readonly host: Host;
  readonly service: Service;
  /** Users who may connect, beside root. */
  readonly uid: number;
  /** Told when a connection is lost that the tree was to end with. */
  readonly onOwnerLost: () => void;
}

/** Accepts clients; they are served by the task `run`. */
export class ControlServer {
  readonly #options: ServerOptions;
  readonly #accepted = openMemoryChannel<Connection>(Infinity);
  #listener: Listener | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Begins to listen. @throws If the socket's file cannot be made. */
  async listen(path: string): Promise<void> {
    this.#listener = await this.#options.host.sockets.listen(path, (connection) => this.#accept(connection));
  }

  /** Serves clients until a cancel. */
  async run(): Promise<void> {
    const { service, onOwnerLost } = this.#options;
    try {
      await openNursery(async (nursery) => {
        for await (const connection of this.#accepted[1]) {
          nursery.startSoon(async () => {
            const task = new ConnectionTask(connection, service);
            await task.run();
            if (task.isOwner) onOwnerLost();
          }, { name: "client" });
        }
      });
    } finally {
      this.#listener?.close();
    }
  }

  /** The file's mode keeps others out; this asks the kernel besides, in case the file was put elsewhere. */
  #accept(connection: Connection): void {
    const { uid } = this.#options;
    const isTrusted = connection.peer !== null && (connection.peer.uid === uid || connection.peer.uid === 0);
    if (isTrusted) this.#accepted[0].sendNowait(connection);
    else connection.close();
  }
}
