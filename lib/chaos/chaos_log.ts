/** The log of a chaos: acts and their outcomes, broken promises, and why it is over. Each is told when it is written down. */
import type { NodeId } from "../config/plan.ts";
import type { Act } from "./act.ts";
import type { ChaosOptions } from "./options.ts";
import type { BrokenPromise, PromiseName } from "./promise_watch.ts";
import type { CameTo, DoneAct, WhyOver } from "./report.ts";

/** An act that was begun. */
export interface BegunAct {
  readonly act: Act;
  /** Counts from 1. */
  readonly number: number;
  /** Milliseconds since chaos began. */
  readonly atMs: number;
  /** The recovery that the rules of the tree come to; null where it is not computed. */
  readonly computedMs: number | null;
}

/** See the module. */
export class ChaosLog {
  readonly #options: Pick<ChaosOptions, "watched" | "telling">;
  readonly #done: DoneAct[] = [];
  readonly #broken: BrokenPromise[] = [];
  #begun = 0;
  #why: WhyOver | null = null;

  constructor(options: Pick<ChaosOptions, "watched" | "telling">) {
    this.#options = options;
  }

  /** How many acts were begun. */
  get begun(): number {
    return this.#begun;
  }

  /** The acts that are over. */
  get done(): readonly DoneAct[] {
    return this.#done;
  }

  get broken(): readonly BrokenPromise[] {
    return this.#broken;
  }

  /** Why no more acts are drawn; null as long as they are. */
  get why(): WhyOver | null {
    return this.#why;
  }

  /** No more acts are drawn. The first reason counts. */
  end(why: WhyOver): void {
    this.#why ??= why;
  }

  /** Numbers an act that begins now. It is not told yet, so that it can be done in the same instant. */
  begin(act: Act, computedMs: number | null): BegunAct {
    this.#begun += 1;
    return { act, number: this.#begun, atMs: this.#options.watched.nowMs, computedMs };
  }

  async tell({ act, number, atMs }: BegunAct): Promise<void> {
    await this.#options.telling.onAct(act, number, atMs);
  }

  /** An act is over. */
  async close(
    { act, number, atMs, computedMs }: BegunAct,
    cameTo: CameTo,
    recoveryMs: number | null = null,
  ): Promise<void> {
    const { watched, telling } = this.#options;
    const done: DoneAct = { number, act, atMs, recoveryMs, computedMs, overMs: watched.nowMs, cameTo };
    this.#done.push(done);
    await telling.onDone(done);
  }

  /** A promise is broken now. @param path The actor; null for the tree. @param seen The evidence, as a clause. */
  async break(promise: PromiseName, path: NodeId | null, seen: string): Promise<void> {
    await this.add({ promise, path, atMs: this.#options.watched.nowMs, seen });
  }

  async add(broken: BrokenPromise): Promise<void> {
    this.#broken.push(broken);
    await this.#options.telling.onBroken(broken);
  }
}
