import type { Signal } from "../base/signals.ts";
import type { Program } from "../host/ports/program.ts";
import { nextOf } from "../sync/next_of.ts";
import { WaitQueue } from "../sync/wait_queue.ts";

/** Signals that have come and were not received yet; the same one counts once. */
export class SignalReceiver {
  readonly #pending = new Set<Signal>();
  readonly #waiting = new WaitQueue();
  #isReceiving = false;

  /**
   * Waits for the next signal.
   *
   * @throws {TypeError} If another task waits already: which of them would get it?
   * @throws {Cancelled} Then no signal is lost.
   */
  async receive(): Promise<Signal> {
    if (this.#isReceiving) throw new TypeError("Another task receives these signals already");
    this.#isReceiving = true;
    try {
      await this.#waiting.wait("signal", () => this.#pending.size > 0);
    } finally {
      this.#isReceiving = false;
    }
    const [first] = this.#pending;
    this.#pending.delete(first!);
    return first!;
  }

  /** Receives for ever. */
  [Symbol.asyncIterator](): AsyncIterator<Signal, undefined> {
    return { next: () => nextOf(this) };
  }

  /** @internal */
  notify(signal: Signal): void {
    this.#pending.add(signal);
    this.#waiting.wakeOne();
  }

  /** @internal Signals that nobody received. */
  get pending(): readonly Signal[] {
    return [...this.#pending];
  }
}

/** @internal See `openSignalReceiver` of the library. */
export async function receiveSignals<T>(
  program: Program,
  signals: readonly Signal[],
  body: (receiver: SignalReceiver) => T | Promise<T>,
): Promise<T> {
  if (signals.length === 0) throw new TypeError("Cannot receive signals: none is named");
  const receiver = new SignalReceiver();
  const unlisten = [...new Set(signals)].map((signal) =>
    program.onSignal(signal, () => receiver.notify(signal), { evenIfIgnored: true })
  );
  try {
    return await body(receiver);
  } finally {
    for (const one of unlisten) one();
    // The earlier listener, or the default action, is next: a signal that nobody received must not get lost.
    for (const signal of receiver.pending) program.raise(signal);
  }
}
