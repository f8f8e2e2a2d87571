/** One map in progress: lanes that take chunks of items and have them worked on, and one task that hands out the results. */
import { openNursery } from "../scope/nursery.ts";
import type { SafeChannel } from "../sync/as_safe_channel.ts";
import { BrokenResourceError, EndOfChannel } from "../sync/channel_errors.ts";
import { Lock } from "../sync/lock.ts";
import { openMemoryChannel, type ReceiveChannel, type SendChannel } from "../sync/memory_channel.ts";
import { WaitQueue } from "../sync/wait_queue.ts";

/** How far a map has come. */
export interface MapProgress {
  /** Items whose results are there. */
  readonly done: number;
  /** Items that were taken from their source. */
  readonly taken: number;
  /** All items; null while the source does not tell. */
  readonly total: number | null;
}

/** The items that are mapped, and how. */
export interface MappingOptions {
  readonly source: SafeChannel<unknown>;
  /** Gives the results of a chunk of items. */
  readonly work: (chunk: readonly unknown[]) => Promise<readonly unknown[]>;
  readonly chunkSize: number;
  /** Chunks that are worked on at once. */
  readonly concurrency: number;
  /** Chunks that may be ahead of the results that were received. */
  readonly ahead: number;
  readonly isOrdered: boolean;
  readonly total: number | null;
  readonly onProgress: (progress: MapProgress) => void;
}

/** Items that are worked on together. */
interface Chunk {
  readonly index: number;
  readonly items: readonly unknown[];
}

/** See the module. */
export class Mapping {
  readonly #options: MappingOptions;
  readonly #taking = new Lock();
  readonly #changed = new WaitQueue();
  /** Results that wait to be handed out, by their chunks, in the order in which they came. */
  readonly #ready = new Map<number, readonly unknown[]>();
  #chunks = 0;
  #handedOut = 0;
  #taken = 0;
  #done = 0;
  #lanes = 0;
  #isEmpty = false;

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /** Runs `body` with the results; when it ends, so does everything else. */
  async run<T>(body: (results: ReceiveChannel<unknown>) => T | Promise<T>): Promise<T> {
    let value: T;
    await openNursery(async (nursery) => {
      const [sender, receiver] = openMemoryChannel<unknown>(0);
      nursery.startSoon(() => this.#produce(sender), { name: "results" });
      value = await body(receiver);
      nursery.cancelScope.cancel("the results were left");
    }, { collapse: true });
    return value!;
  }

  /** Works until all is handed out, or nobody receives any more. */
  async #produce(sender: SendChannel<unknown>): Promise<void> {
    this.#lanes = this.#options.concurrency;
    await openNursery(async (nursery) => {
      for (let lane = 1; lane <= this.#lanes; lane++) {
        nursery.startSoon(() => this.#workOn(), { name: `lane ${lane}` });
      }
      try {
        await this.#handOut(sender);
      } catch (error) {
        if (!(error instanceof BrokenResourceError)) throw error;
        nursery.cancelScope.cancel("the results were left");
      }
    }, { collapse: true });
  }

  async #workOn(): Promise<void> {
    for (let chunk = await this.#take(); chunk !== null; chunk = await this.#take()) {
      const results = await this.#options.work(chunk.items);
      this.#ready.set(chunk.index, results);
      this.#done += results.length;
      this.#tell();
    }
    this.#lanes -= 1;
    this.#changed.wakeAll();
  }

  /** The next chunk, when there is room for its results; null if there is none. */
  async #take(): Promise<Chunk | null> {
    const { source, chunkSize, ahead } = this.#options;
    return await this.#taking.run(async () => {
      while (this.#chunks - this.#handedOut >= ahead) await this.#changed.wait("room for results");
      const items: unknown[] = [];
      while (!this.#isEmpty && items.length < chunkSize) {
        try {
          items.push(await source.receive());
        } catch (error) {
          if (!(error instanceof EndOfChannel)) throw error;
          this.#isEmpty = true;
        }
      }
      if (items.length === 0) return null;
      this.#taken += items.length;
      return { index: this.#chunks++, items };
    });
  }

  async #handOut(sender: SendChannel<unknown>): Promise<void> {
    for (;;) {
      const index = this.#options.isOrdered ? this.#handedOut : this.#ready.keys().next().value;
      const results = index === undefined ? undefined : this.#ready.get(index);
      if (results === undefined) {
        if (this.#lanes === 0) return sender.close();
        await this.#changed.wait("results");
        continue;
      }
      this.#ready.delete(index!);
      for (const result of results) await sender.send(result);
      this.#handedOut += 1;
      this.#changed.wakeAll();
    }
  }

  #tell(): void {
    this.#changed.wakeAll();
    const { total, onProgress } = this.#options;
    onProgress({ done: this.#done, taken: this.#taken, total });
  }
}
