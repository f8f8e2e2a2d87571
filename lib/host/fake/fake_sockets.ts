import type { Connection, HeldName, Listener, Peer, Sockets } from "../ports/sockets.ts";
import { connectionPair } from "./connection_pair.ts";
import type { Disk } from "./disk.ts";

/** Unix sockets in memory. Everybody who connects is the same process: our own. */
export class FakeSockets implements Sockets {
  readonly #disk: Disk;
  readonly #self: Peer;
  readonly #listening = new Map<string, (connection: Connection) => void>();
  readonly #names = new Map<string, Peer>();

  constructor(disk: Disk, self: Peer) {
    this.#disk = disk;
    this.#self = self;
  }

  // deno-lint-ignore require-await -- What it throws must be a rejection.
  async listen(address: string, onConnection: (connection: Connection) => void): Promise<Listener> {
    const free = this.#occupy(address);
    this.#listening.set(address, onConnection);
    return {
      close: () => {
        if (this.#listening.get(address) !== onConnection) return;
        this.#listening.delete(address);
        free();
      },
    };
  }

  connect(address: string): Promise<Connection | null> {
    const accept = this.#listening.get(address);
    if (accept === undefined) return Promise.resolve(null);
    const [here, there] = connectionPair({ peer: this.#self });
    accept(there);
    return Promise.resolve(here);
  }

  holdName(name: string): Promise<HeldName | null> {
    if (this.#names.has(name)) return Promise.resolve(null);
    this.#names.set(name, this.#self);
    return Promise.resolve({ release: () => void this.#names.delete(name) });
  }

  holderOf(name: string): Promise<Peer | null> {
    return Promise.resolve(this.#names.get(name) ?? null);
  }

  /** Puts the file of a socket in place, or takes its name; returns how to undo that. */
  #occupy(address: string): () => void {
    if (!address.startsWith("@")) {
      this.#disk.put(address, { kind: "socket", mode: 0o600 });
      return () => this.#disk.remove(address);
    }
    const name = address.slice(1);
    if (this.#names.has(name)) {
      throw Object.assign(new Error(`${address} is taken`), { code: "EADDRINUSE" });
    }
    this.#names.set(name, this.#self);
    return () => void this.#names.delete(name);
  }
}
