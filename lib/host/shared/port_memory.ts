import type { SharedMemoryTable } from "../ports/threads.ts";
import type { Port } from "./message_port.ts";

/** How memory is handed over. */
export interface MemoryMessage {
  readonly id: number;
  readonly memory: SharedArrayBuffer;
}

/** Memory that is shared over a message port. */
export class PortMemory implements SharedMemoryTable {
  readonly #port: Port;
  readonly #byId = new Map<number, SharedArrayBuffer>();
  readonly #ids = new Map<SharedArrayBuffer, number>();
  #nextId: number;

  /** @param isStarter Whether this side has started the thread: the numbers that it gives are even, the others odd. */
  constructor(port: Port, isStarter: boolean) {
    this.#port = port;
    this.#nextId = isStarter ? 0 : 1;
  }

  share(memory: SharedArrayBuffer): number {
    const known = this.#ids.get(memory);
    if (known !== undefined) return known;
    const id = this.#nextId;
    this.#nextId += 2;
    this.receive({ id, memory });
    this.#port.postMessage({ id, memory } satisfies MemoryMessage);
    return id;
  }

  find(id: number): SharedArrayBuffer | undefined {
    return this.#byId.get(id);
  }

  /** Takes what the other side has shared. */
  receive({ id, memory }: MemoryMessage): void {
    this.#byId.set(id, memory);
    this.#ids.set(memory, id);
  }
}
