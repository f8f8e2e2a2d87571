import type { CancelStatus } from "./cancel_status.ts";
import type { Clock } from "./clock.ts";
import type { Instrument } from "./instrument.ts";
import { keepContext } from "./keep_context.ts";
import type { TaskInfo } from "./task_info.ts";

/** A task that can go on. */
export interface Ready {
  go(): void;
}

/** Resumptions between two turns of the runtime: without turns, tasks that never wait would starve timers and signals. */
const RESUMPTIONS_PER_TURN = 1_000;

/** How the tasks of a run are scheduled and watched. */
export interface Schedule {
  readonly clock: Clock;
  /** A source of numbers in [0, 1) that shuffles the tasks that are ready; null to let them go on in order. */
  readonly random?: (() => number) | null;
  readonly instruments?: readonly Instrument[];
  /** Told of what an instrument threw. */
  readonly onInstrumentError?: (error: unknown) => void;
}

/** Where tasks live that belong to the run as a whole: they are cancelled when the root task is over. */
export interface Services {
  startSoon(body: () => unknown, options: { readonly name: string }): void;
}

/** State that all tasks of one `run()` share: the clock, and the queue of those that are ready. */
export class RunState {
  readonly clock: Clock;
  /** Null before the run begins. */
  services: Services | null = null;
  /** Where the tree begins; null before the run begins. */
  root: { readonly task: TaskInfo; readonly status: CancelStatus } | null = null;
  /** Whether somebody inspects a part of the program: an interrupt is then not meant for all of it. */
  isHeld = false;
  readonly #random: (() => number) | null;
  readonly #onInstrumentError: (error: unknown) => void;
  #instruments: readonly Instrument[];
  #activity = 0;
  #untilTurn = RESUMPTIONS_PER_TURN;
  /** Tasks that go on in the next microtask or, once the budget is spent, in the next turn. */
  #queue: Ready[] = [];
  #queued = false;

  constructor(schedule: Schedule) {
    this.clock = schedule.clock;
    this.#random = schedule.random ?? null;
    this.#instruments = schedule.instruments ?? [];
    this.#onInstrumentError = schedule.onInstrumentError ?? (() => {});
  }

  /** Counts every start and every resumption: two equal readings mean that nothing ran in between. */
  get activity(): number {
    return this.#activity;
  }

  /** Starts a task, not before the present code has come to its next await. */
  start(task: Ready): void {
    this.#activity += 1;
    this.#enqueue(task);
  }

  /** Lets a wait end. */
  resume(ready: Ready): void {
    this.#activity += 1;
    this.#untilTurn -= 1;
    // A promise that is resolved goes on in a microtask anyway: no need to queue what may go on in order.
    if (this.#random === null && this.#untilTurn > 0) ready.go();
    else this.#enqueue(ready);
  }

  /** Counts a resumption that goes on in order and that nobody is told of; false if it may not. */
  tryPass(): boolean {
    if (this.#random !== null || this.#untilTurn <= 1 || this.isWatched) return false;
    this.#activity += 1;
    this.#untilTurn -= 1;
    return true;
  }

  /** Resolves when all that is ready has gone on, and the runtime has had a turn. */
  nextTurn(): Promise<void> {
    this.#activity += 1;
    return new Promise((resolve) =>
      this.clock.turn(() => {
        this.#activity += 1;
        resolve();
      })
    );
  }

  addInstrument(instrument: Instrument): void {
    this.#instruments = [...this.#instruments, instrument];
  }

  removeInstrument(instrument: Instrument): void {
    this.#instruments = this.#instruments.filter((one) => one !== instrument);
  }

  /** Whether there are instruments to be told: what is told costs more than what it tells of. */
  get isWatched(): boolean {
    return this.#instruments.length > 0;
  }

  /** Tells the instruments. */
  tell(hook: "beforeRun" | "afterRun"): void;
  tell(hook: "taskSpawned" | "taskScheduled", task: TaskInfo): void;
  tell(hook: "taskBlocked", task: TaskInfo, what: string): void;
  tell(hook: "taskExited", task: TaskInfo, error: unknown): void;
  tell(hook: keyof Instrument, ...args: readonly unknown[]): void {
    for (const instrument of this.#instruments) {
      try {
        (instrument[hook] as ((...args: readonly unknown[]) => void) | undefined)?.(...args);
      } catch (error) {
        this.removeInstrument(instrument);
        this.#onInstrumentError(error);
      }
    }
  }

  #enqueue(ready: Ready): void {
    this.#queue.push(ready);
    if (this.#queued) return;
    this.#queued = true;
    if (this.#untilTurn > 0) return queueMicrotask(() => this.#flush());
    this.clock.turn(() => {
      this.#untilTurn = RESUMPTIONS_PER_TURN;
      // A task that goes on in this very turn counts as activity, too, for those that wait until there is none.
      this.#activity += 1;
      this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#queue;
    this.#queue = [];
    this.#queued = false;
    if (this.#random !== null) shuffle(batch, this.#random);
    const inContext = keepContext();
    for (const ready of batch) inContext(go, ready);
  }
}

function go(ready: Ready): void {
  ready.go();
}

function shuffle<T>(items: T[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
}
