/**
 * All descriptors of a host that are waited for, in one epoll. The runtime waits for that one alone, and anew only when
 * nothing is ready any more: a descriptor costs it nothing, and a wakeup the same for one that is ready as for all.
 *
 * An event is told once (edge-triggered), so that a descriptor which nobody wants to read now needs no further call: it is
 * remembered as ready until a read has found nothing.
 */
import { withoutFrame } from "../../scope/ambient.ts";
import { describeSpent, type OnReadable } from "./descriptors.ts";
import { type Libc, LINUX } from "./libc.ts";

/** The size of an event of the kernel: only on x86-64 there is no gap between its two parts, the kind and the key. */
const EVENT_BYTES = process.arch === "x64" ? 12 : 16;
const WHOSE = EVENT_BYTES - 8;
const EVENTS_AT_ONCE = 64;

/** How much may be read in one turn of the event loop, in which nothing else happens, before the others have theirs. */
const TURN_BYTES = 1_024 * 1_024;

/**
 * A program that prints line by line wakes its reader up with each, and that costs more than the lines do. So when so little was
 * read in so many turns on end, with no quiet between them, the next turn comes after a pause: some lines later, and sooner than
 * the pipe is full. A pause that has brought little is followed by one of twice its length, up to one and a half milliseconds.
 */
const LITTLE_BYTES = 16 * 1_024;
const LITTLE_TURNS = 4;
const QUIET_MS = 1;
const PAUSE_NS = 100_000;
const MOST_DOUBLINGS = 4;

/** A turn that has read as much had better come sooner. */
const MUCH_BYTES = 32 * 1_024;

/** When to try again where no descriptor was left to wait with. */
const LACK_MS = 100;

/** The parts of the runtime that the set needs. */
export interface ReadySetOptions {
  readonly libc: Libc;
  readonly onReadable: OnReadable;
  /** Calls back when everything that is ready now has run. */
  readonly onNextTurn: (callback: () => void) => void;
  /** Milliseconds that only pass. */
  readonly now: () => number;
}

/** One descriptor that is waited for. */
export class Waiter {
  readonly descriptor: number;
  /** The kernel tells its events by this key. */
  readonly key: number;
  readonly #set: ReadySet;
  #isReady: boolean;
  #isDue = false;
  #callback: (() => void) | null = null;

  /** @internal See {@linkcode ReadySet.add}. */
  constructor(set: ReadySet, descriptor: number, key: number, isReady: boolean) {
    this.#set = set;
    this.descriptor = descriptor;
    this.key = key;
    this.#isReady = isReady;
  }

  /** Calls back once, in a later turn, when the descriptor seems to be ready. The last callback counts. */
  ask(callback: () => void): void {
    this.#callback = callback;
    this.#seeWhetherDue();
  }

  /** A read took so many bytes. */
  took(bytes: number): void {
    this.#set.took(bytes);
  }

  /** A read has found nothing: the descriptor is ready again when something comes. */
  exhausted(): void {
    this.#isReady = false;
  }

  /** Waits no longer. To be called before the descriptor is closed. */
  forget(): void {
    this.#callback = null;
    this.#set.forget(this);
  }

  /** @internal Something has happened. */
  happened(): void {
    this.#isReady = true;
    this.#seeWhetherDue();
  }

  /** @internal Its turn has come. */
  call(): void {
    this.#isDue = false;
    const callback = this.#callback;
    this.#callback = null;
    callback?.();
  }

  #seeWhetherDue(): void {
    if (this.#isDue || !this.#isReady || this.#callback === null) return;
    this.#isDue = true;
    this.#set.isDue(this);
  }
}

/** See the module. */
export class ReadySet {
  readonly #options: ReadySetOptions;
  readonly #waiters = new Map<number, Waiter>();
  readonly #events = new DataView(new ArrayBuffer(EVENTS_AT_ONCE * EVENT_BYTES));
  readonly #eventBytes = new Uint8Array(this.#events.buffer);
  #epoll = -1;
  #lastKey = 0;
  /** Those that are ready, and that somebody asks for. */
  #due: Waiter[] = [];
  #isTurnSoon = false;
  #isTurning = false;
  /** Bytes that were read in this turn. */
  #taken = 0;
  /** In how many turns on end little was read. */
  #littleTurns = 0;
  #isAfterPause = false;
  #stopWaiting: (() => void) | null = null;

  constructor(options: ReadySetOptions) {
    this.#options = options;
  }

  /** Opens the one descriptor that is needed, so that `add` cannot fail. @throws {Error} If none is left. */
  prepare(): void {
    if (this.#epoll >= 0) return;
    const { libc } = this.#options;
    this.#epoll = libc.call.epoll_create1(LINUX.EPOLL_CLOEXEC) as number;
    if (this.#epoll < 0) throw new Error(describeSpent(libc, libc.errno()));
  }

  /**
   * Waits for a descriptor that does not block.
   *
   * @param isReady Whether it is taken to be ready at first. A file, which the kernel does not wait for, always is.
   * @throws {Error} If no descriptors are left.
   */
  add(descriptor: number, isReady: boolean): Waiter {
    this.prepare();
    const key = ++this.#lastKey;
    const isWaitedFor = this.#control(LINUX.EPOLL_CTL_ADD, descriptor, key);
    const waiter = new Waiter(this, descriptor, key, isReady || !isWaitedFor);
    this.#waiters.set(key, waiter);
    this.#wait();
    return waiter;
  }

  /** @internal */
  forget({ descriptor, key }: Waiter): void {
    if (!this.#waiters.delete(key)) return;
    this.#control(LINUX.EPOLL_CTL_DEL, descriptor, key);
    if (this.#waiters.size > 0) return;
    this.#stopWaiting?.();
    this.#stopWaiting = null;
  }

  /** @internal */
  took(bytes: number): void {
    this.#taken += bytes;
  }

  /** @internal */
  isDue(waiter: Waiter): void {
    this.#due.push(waiter);
    // The next turn is decided at the end of the present one.
    if (!this.#isTurning) this.#turnSoon();
  }

  /** Begins or ends to watch a descriptor; false if the kernel does not. */
  #control(operation: number, descriptor: number, key: number): boolean {
    const { call } = this.#options.libc;
    this.#events.setUint32(0, (LINUX.EPOLLIN | LINUX.EPOLLET) >>> 0, true);
    this.#events.setFloat64(WHOSE, key);
    return call.epoll_ctl(this.#epoll, operation, descriptor, this.#eventBytes) === 0;
  }

  #turnSoon(): void {
    if (this.#isTurnSoon) return;
    this.#isTurnSoon = true;
    // The task that happens to ask first is not that of what is called.
    withoutFrame(() => this.#options.onNextTurn(() => this.#turn()));
  }

  #turn(): void {
    this.#isTurnSoon = false;
    this.#isTurning = true;
    this.#look();
    const due = this.#due;
    this.#due = [];
    this.#taken = 0;
    let next = 0;
    try {
      while (next < due.length && this.#taken < TURN_BYTES) due[next++]!.call();
    } finally {
      // Those that had no turn come before those that had one.
      if (next < due.length) this.#due = [...due.slice(next), ...this.#due];
      this.#isTurning = false;
      this.#goOn();
    }
  }

  /** Decides when the next turn is. */
  #goOn(): void {
    if (this.#taken >= MUCH_BYTES || (this.#taken === 0 && this.#isAfterPause)) this.#littleTurns = 0;
    else if (this.#taken > 0 && this.#taken < LITTLE_BYTES) this.#littleTurns += 1;
    this.#isAfterPause = false;
    if (this.#littleTurns > LITTLE_TURNS) this.#pause();
    else if (this.#due.length > 0) this.#turnSoon();
    else this.#wait();
  }

  /** Hears what the kernel has to tell. */
  #look(): void {
    if (this.#waiters.size === 0) return;
    const { call } = this.#options.libc;
    for (let count = EVENTS_AT_ONCE; count === EVENTS_AT_ONCE;) {
      count = call.epoll_wait(this.#epoll, this.#eventBytes, EVENTS_AT_ONCE, 0) as number;
      for (let index = 0; index < count; index++) {
        this.#waiters.get(this.#events.getFloat64(index * EVENT_BYTES + WHOSE))?.happened();
      }
    }
  }

  /** Has the runtime wait for whatever is ready first. */
  #wait(): void {
    if (this.#stopWaiting !== null || this.#isTurnSoon || this.#waiters.size === 0) return;
    const { libc, now } = this.#options;
    const copy = libc.call.fcntl(this.#epoll, LINUX.F_DUPFD_CLOEXEC, 0) as number;
    const began = now();
    this.#waitFor(copy, () => {
      if (now() - began >= QUIET_MS) this.#littleTurns = 0;
    });
  }

  /** Has the runtime wait for a moment, whatever is ready. Its own timers are too coarse for that. */
  #pause(): void {
    if (this.#waiters.size === 0) return;
    this.#stopWaiting?.();
    const { call } = this.#options.libc;
    const timer = call.timerfd_create(LINUX.CLOCK_MONOTONIC, LINUX.TFD_CLOEXEC) as number;
    const doublings = Math.min(MOST_DOUBLINGS, this.#littleTurns - LITTLE_TURNS - 1);
    if (timer >= 0) call.timerfd_settime(timer, 0, dueIn(PAUSE_NS * 2 ** doublings), null);
    this.#waitFor(timer, () => this.#isAfterPause = true);
  }

  /** @param descriptor Closed by the runtime afterwards; negative if there is none. */
  #waitFor(descriptor: number, onWake: () => void): void {
    const wake = () => {
      this.#stopWaiting = null;
      onWake();
      this.#turn();
    };
    this.#stopWaiting = withoutFrame(() =>
      descriptor < 0 ? inAWhile(wake) : this.#options.onReadable(descriptor, wake)
    );
  }
}

/** A timer that is due once, for the kernel: no interval, and the time until then, each in seconds and nanoseconds. */
function dueIn(ns: number): Uint8Array {
  return new Uint8Array(new BigInt64Array([0n, 0n, 0n, BigInt(ns)]).buffer);
}

function inAWhile(callback: () => void): () => void {
  const timer = setTimeout(callback, LACK_MS);
  return () => clearTimeout(timer);
}
