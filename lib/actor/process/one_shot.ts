/** A function that runs in an actor of its own, in the background of a nursery. */
import { Event } from "../../sync/event.ts";
import type { ActorId } from "../errors.ts";
import type { Calls } from "../dialog/portal.ts";

/** The arguments of a function of a module. */
export type ArgsOf<M, K extends keyof Calls<M>> = Calls<M>[K] extends (...args: infer A) => unknown ? A
  : never;

/** The result of a function of a module. */
export type ResultOf<M, K extends keyof Calls<M>> = Calls<M>[K] extends (...args: never[]) => Promise<infer R>
  ? R
  : never;

type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** A one-shot that its nursery looks after: its error is the nursery's, its result is here. */
export class OneShot<T> {
  /** The actor that the function runs in. */
  readonly actor: ActorId;
  readonly #end: () => void;
  readonly #over = new Event();
  #settled: Settled<T> | null = null;

  /** @internal */
  constructor(actor: ActorId, end: () => void) {
    this.actor = actor;
    this.#end = end;
  }

  /** Whether the function is over, in whatever way. */
  get isOver(): boolean {
    return this.#settled !== null;
  }

  /**
   * Waits for the result of the function. Several tasks may wait for it, and more than once.
   *
   * @throws The error of the function. A task that waits inside of the nursery is cancelled with it: the error leaves the
   * nursery.
   * @throws {Cancelled} The function goes on.
   */
  async result(): Promise<T> {
    await this.#over.wait();
    const settled = this.#settled!;
    if ("error" in settled) throw settled.error;
    return settled.value;
  }

  /** Ends the function and its actor, gracefully. It is no error of the nursery; `result` raises `ContextCancelled`. */
  cancel(): void {
    this.#end();
  }

  /** @internal */
  settle(settled: Settled<T>): void {
    this.#settled ??= settled;
    this.#over.set();
  }
}
