import { CancelScope } from "../../../lib/scope/cancel_scope.ts";
import { Cancelled } from "../../../lib/scope/cancelled.ts";
import { ErrorGroup } from "../../../lib/scope/error_group.ts";
import { type Nursery, openNursery } from "../../../lib/scope/nursery.ts";
import { sleep } from "../../../lib/scope/sleep.ts";
import { after, NEVER } from "../../../lib/base/instant.ts";
import { runVirtual } from "../../../lib/testing/run_virtual.ts";
import type { VirtualClock } from "../../../lib/testing/virtual_clock.ts";
import type { Change, Step } from "./program.ts";

class Thrown extends Error {
  readonly id: number;

  constructor(id: number) {
    super(`thrown by step ${id}`);
    this.id = id;
  }
}

/** What a program does in the library: a line for everything that can be seen, with its instant, sorted. */
export async function runReal(program: readonly Step[], seed: number): Promise<readonly string[]> {
  const trace: string[] = [];
  await runVirtual(async (clock) => {
    const interpreter = new Interpreter(clock, trace);
    try {
      await interpreter.run(program);
      interpreter.log("end");
    } catch (error) {
      interpreter.log(`end ${describe(error)}`);
    }
  }, { seed });
  return trace.sort();
}

class Interpreter {
  readonly #clock: VirtualClock;
  readonly #trace: string[];
  readonly #scopes = new Map<number, CancelScope>();
  readonly #nurseries = new Map<number, Nursery>();

  constructor(clock: VirtualClock, trace: string[]) {
    this.#clock = clock;
    this.#trace = trace;
  }

  log(what: string): void {
    this.#trace.push(`${this.#clock.now()} ${what}`);
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case "sleep":
        await sleep(step.ms);
        return this.log(`slept ${step.id}`);
      case "change":
        await sleep(step.ms);
        this.log(`changed ${step.id}`);
        this.#change(step.id, step.change);
        return await sleep(step.pause);
      case "scope":
        return await this.#runScope(step);
      case "nursery":
        return await this.#runNursery(step);
      case "try":
        return await this.#try(step);
    }
  }

  #scope(id: number): CancelScope {
    const scope = this.#scopes.get(id) ?? new CancelScope();
    this.#scopes.set(id, scope);
    return scope;
  }

  async #runScope(step: Step & { kind: "scope" }): Promise<void> {
    const scope = this.#scope(step.id);
    if (step.shield) scope.shield = true;
    if (step.deadline !== null) scope.deadline = after(this.#clock.now(), step.deadline);
    try {
      await scope.run(() => this.run(step.body));
    } finally {
      this.log(`scope ${step.id} called ${scope.cancelCalled} caught ${scope.cancelledCaught}`);
    }
  }

  async #runNursery(step: Step & { kind: "nursery" }): Promise<void> {
    let scope: CancelScope | undefined;
    try {
      await openNursery(async (nursery) => {
        this.#nurseries.set(step.id, nursery);
        scope = nursery.cancelScope;
        for (const task of step.tasks) nursery.startSoon(() => this.run(task));
        await this.run(step.body);
      });
    } finally {
      this.log(`nursery ${step.id} called ${scope?.cancelCalled} caught ${scope?.cancelledCaught}`);
    }
  }

  async #try(step: Step & { kind: "try" }): Promise<void> {
    try {
      await this.run(step.body);
    } catch (error) {
      this.log(`try ${step.id} ${describe(error)}`);
      await new CancelScope({ shield: true }).run(() => sleep(step.cleanup));
      if (!step.swallow) throw error;
    }
  }

  #change(id: number, change: Change): void {
    if (change.kind === "throw") throw new Thrown(id);
    // A nursery's scope is not to be had before the nursery is open.
    const scope = this.#nurseries.get(change.scope)?.cancelScope ?? this.#scope(change.scope);
    if (change.kind === "cancel") scope.cancel();
    if (change.kind === "shield") scope.shield = change.hidden;
    if (change.kind === "deadline" && scope.deadline !== NEVER) {
      scope.deadline = after(this.#clock.now(), change.ms);
    }
  }
}

function describe(error: unknown): string {
  if (error instanceof Cancelled) return "cancelled";
  const errors = error instanceof ErrorGroup ? error.flatten() : [error];
  const ids = errors.map((one) => one instanceof Thrown ? one.id : String(one));
  return `raised ${ids.sort().join(" ")}`;
}
