import type { Connection, Listener, Peer, Sockets } from "../ports/sockets.ts";
import { connectionPair } from "./connection_pair.ts";
import type { Disk } from "./disk.ts";
import type { FakeProcess } from "./fake_process.ts";
import { ownConnection } from "./own_connection.ts";
import type { SocketTable } from "./socket_table.ts";

/** Unix sockets in memory, as one process has them. They end with it; the file of one that was killed stays. */
export class FakeSockets implements Sockets {
  readonly #table: SocketTable;
  readonly #disk: Disk;
  readonly #process: FakeProcess;

  constructor(table: SocketTable, disk: Disk, process: FakeProcess) {
    this.#table = table;
    this.#disk = disk;
    this.#process = process;
  }

  async listen(given: string, onConnection: (connection: Connection) => void): Promise<Listener> {
    if (!this.#process.isAlive) await never();
    const address = this.#placeOf(given);
    const free = this.#occupy(address);
    const { loop } = this.#process;
    /** Those that have connected and were not told of yet. */
    const waiting = new Set<Connection>();
    const accept = (end: Connection) => {
      const connection = ownConnection(end, this.#process, this.#table.ends);
      waiting.add(connection);
      loop.deliver(() => {
        if (waiting.delete(connection)) onConnection(connection);
      });
    };
    const { listening } = this.#table;
    listening.set(address, { peer: this.#self, accept });
    const isListening = () => listening.get(address)?.accept === accept;
    const stop = this.#untilEnd(() => {
      free();
      if (isListening()) listening.delete(address);
      for (const connection of waiting) connection.close();
      waiting.clear();
    });
    return {
      close: () => {
        if (isListening() && !address.startsWith("@")) this.#disk.remove(address);
        stop();
      },
    };
  }

  connect(address: string): Promise<Connection | null> {
    const listening = this.#table.listening.get(this.#placeOf(address));
    if (!this.#process.isAlive) return never();
    if (listening === undefined) return this.#process.loop.hear(Promise.resolve(null));
    const { openTransit, ends } = this.#table;
    const [here, there] = connectionPair({ peer: listening.peer, peerOfSecond: this.#self, openTransit });
    const connection = ownConnection(here, this.#process, ends);
    listening.accept(there);
    return this.#process.loop.hear(Promise.resolve(connection));
  }

  /** The address of a socket, or of the file that a path leads to. */
  #placeOf(address: string): string {
    try {
      return address.startsWith("@") ? address : this.#disk.resolve(address);
    } catch {
      return address;
    }
  }

  get #self(): Peer {
    const { pid, uid } = this.#process;
    return { pid, uid };
  }

  /** Puts the file of a socket in place, or takes its name; returns how to undo what the end of a process undoes. */
  #occupy(address: string): () => void {
    if (!address.startsWith("@")) {
      this.#disk.put(address, { kind: "socket", mode: 0o600 });
      return () => {};
    }
    if (this.#table.names.has(address.slice(1))) {
      throw Object.assign(new Error(`${address} is taken`), { code: "EADDRINUSE" });
    }
    return this.#take(address.slice(1));
  }

  #take(name: string): () => void {
    this.#table.names.add(name);
    return this.#untilEnd(() => this.#table.names.delete(name));
  }

  /** Undoes something when the process ends, or when the returned function is called before: once. */
  #untilEnd(undo: () => void): () => void {
    const { onEnd } = this.#process;
    const undoOnce = () => {
      if (onEnd.delete(undoOnce)) undo();
    };
    onEnd.add(undoOnce);
    return undoOnce;
  }
}

/** A wait of a process that has ended. */
function never(): Promise<never> {
  return new Promise(() => {});
}
