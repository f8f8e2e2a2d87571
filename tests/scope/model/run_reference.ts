/**
 * What a program should do, from the rules alone: a cancel is looked up by walking outwards from whoever waits, tasks are
 * generators, and time is a list of instants. Slow and plain.
 */
import type { Change, Step } from "./program.ts";

interface Scope {
  readonly outer: Scope | null;
  shield: boolean;
  deadline: number;
  cancelled: boolean;
  caught: boolean;
  open: boolean;
}

/** What leaves a step: a cancel, or errors. */
type Raised = "cancelled" | ReadonlySet<number>;

class Raise {
  readonly what: Raised;

  constructor(what: Raised) {
    this.what = what;
  }
}

/** What a task waits for: an instant, or the end of other tasks, which no cancel cuts short. */
type Wait = { readonly until: number; readonly scope: Scope } | { readonly all: readonly Task[] };

interface Task {
  readonly steps: Generator<Wait, void, void>;
  wait: Wait | null;
  over: boolean;
}

/** The lines that `runReal` should give. */
export function runReference(program: readonly Step[]): readonly string[] {
  return new Reference().run(program);
}

class Reference {
  #now = 0;
  readonly #trace: string[] = [];
  readonly #tasks: Task[] = [];
  readonly #scopes = new Map<number, Scope>();
  readonly #planned = new Map<number, Partial<Scope>>();

  run(program: readonly Step[]): readonly string[] {
    const root: Scope = newScope(null);
    this.#spawn(this.#main(program, root));
    while (this.#goOn() || this.#moveTime());
    return this.#trace.sort();
  }

  *#main(program: readonly Step[], scope: Scope): Generator<Wait, void, void> {
    try {
      yield* this.#steps(program, scope);
      this.#log("end");
    } catch (error) {
      this.#log(`end ${describe(error)}`);
    }
  }

  #log(what: string): void {
    this.#trace.push(`${this.#now} ${what}`);
  }

  #spawn(steps: Generator<Wait, void, void>): Task {
    const task: Task = { steps, wait: null, over: false };
    this.#tasks.push(task);
    return task;
  }

  /** Lets every task go on that can; whether any could. */
  #goOn(): boolean {
    const ready = this.#tasks.filter((task) => !task.over && isOver(task.wait, this.#now));
    for (const task of ready) {
      const { wait } = task;
      const isCut = wait !== null && "until" in wait && isCancelled(wait.scope);
      const result = isCut ? task.steps.throw(new Raise("cancelled")) : task.steps.next();
      task.over = result.done === true;
      task.wait = result.done === true ? null : result.value;
    }
    return ready.length > 0;
  }

  /** Moves to the next instant at which anything happens; whether there is one. */
  #moveTime(): boolean {
    const open = [...this.#scopes.values()].filter((scope) => scope.open && !scope.cancelled);
    const waits = this.#tasks.flatMap((task) =>
      task.wait !== null && "until" in task.wait ? [task.wait.until] : []
    );
    const next = Math.min(...waits, ...open.map((scope) => scope.deadline));
    if (next === Infinity) return false;
    this.#now = next;
    for (const scope of open) if (scope.deadline <= next) scope.cancelled = true;
    return true;
  }

  *#steps(steps: readonly Step[], scope: Scope): Generator<Wait, void, void> {
    for (const step of steps) yield* this.#step(step, scope);
  }

  *#step(step: Step, scope: Scope): Generator<Wait, void, void> {
    switch (step.kind) {
      case "sleep":
        yield* this.#sleep(step.ms, scope);
        return this.#log(`slept ${step.id}`);
      case "change":
        yield* this.#sleep(step.ms, scope);
        this.#log(`changed ${step.id}`);
        this.#change(step.id, step.change);
        return yield* this.#sleep(step.pause, scope);
      case "scope":
        return yield* this.#runScope(step, scope);
      case "nursery":
        return yield* this.#runNursery(step, scope);
      case "try":
        return yield* this.#try(step, scope);
    }
  }

  *#sleep(ms: number, scope: Scope): Generator<Wait, void, void> {
    if (isCancelled(scope)) throw new Raise("cancelled");
    yield { until: this.#now + ms, scope };
  }

  *#runScope(step: Step & { kind: "scope" }, outer: Scope): Generator<Wait, void, void> {
    const scope = { ...newScope(outer), ...this.#planned.get(step.id) };
    if (step.shield) scope.shield = true;
    if (step.deadline !== null) scope.deadline = this.#now + step.deadline;
    this.#scopes.set(step.id, scope);
    if (scope.deadline <= this.#now) scope.cancelled = true;
    yield* this.#inside(scope, `scope ${step.id}`, this.#steps(step.body, scope));
  }

  *#runNursery(step: Step & { kind: "nursery" }, outer: Scope): Generator<Wait, void, void> {
    const scope = newScope(outer);
    this.#scopes.set(step.id, scope);
    yield* this.#inside(scope, `nursery ${step.id}`, this.#nursery(step, scope));
  }

  *#nursery(step: Step & { kind: "nursery" }, scope: Scope): Generator<Wait, void, void> {
    const errors = new Set<number>();
    let wasCancelled = false;
    const collect = (error: unknown) => {
      const { what } = asRaise(error);
      if (what === "cancelled") wasCancelled = true;
      else for (const id of what) errors.add(id);
      if (what !== "cancelled") scope.cancelled = true;
    };
    function* collected(steps: Generator<Wait, void, void>): Generator<Wait, void, void> {
      try {
        yield* steps;
      } catch (error) {
        collect(error);
      }
    }
    const tasks = step.tasks.map((steps) => this.#spawn(collected(this.#steps(steps, scope))));
    yield* collected(this.#steps(step.body, scope));
    yield { all: tasks };
    if (errors.size > 0) throw new Raise(errors);
    if (wasCancelled) throw new Raise("cancelled");
  }

  *#inside(scope: Scope, name: string, steps: Generator<Wait, void, void>): Generator<Wait, void, void> {
    try {
      yield* steps;
    } catch (error) {
      const isOwn = scope.cancelled && !isCancelledFromAbove(scope);
      if (!isOwn || asRaise(error).what !== "cancelled") throw error;
      scope.caught = true;
    } finally {
      scope.open = false;
      this.#log(`${name} called ${scope.cancelled} caught ${scope.caught}`);
    }
  }

  *#try(step: Step & { kind: "try" }, scope: Scope): Generator<Wait, void, void> {
    try {
      yield* this.#steps(step.body, scope);
    } catch (error) {
      this.#log(`try ${step.id} ${describe(error)}`);
      yield* this.#sleep(step.cleanup, { ...newScope(scope), shield: true });
      if (!step.swallow) throw error;
    }
  }

  #change(id: number, change: Change): void {
    if (change.kind === "throw") throw new Raise(new Set([id]));
    const scope = this.#scopes.get(change.scope) ?? this.#plan(change.scope);
    if (scope.open === false) return;
    if (change.kind === "cancel") scope.cancelled = true;
    if (change.kind === "shield") scope.shield = change.hidden;
    const hasDeadline = scope.deadline !== undefined && scope.deadline !== Infinity;
    if (change.kind === "deadline" && hasDeadline) scope.deadline = this.#now + change.ms;
  }

  /** What is done to a scope before it is entered counts when it is. */
  #plan(id: number): Partial<Scope> {
    const planned = this.#planned.get(id) ?? {};
    this.#planned.set(id, planned);
    return planned;
  }
}

function newScope(outer: Scope | null): Scope {
  return { outer, shield: false, deadline: Infinity, cancelled: false, caught: false, open: true };
}

function isCancelled(scope: Scope): boolean {
  return scope.cancelled || isCancelledFromAbove(scope);
}

function isCancelledFromAbove(scope: Scope): boolean {
  return !scope.shield && scope.outer !== null && isCancelled(scope.outer);
}

function isOver(wait: Wait | null, now: number): boolean {
  if (wait === null) return true;
  if ("all" in wait) return wait.all.every((task) => task.over);
  return wait.until <= now || isCancelled(wait.scope);
}

function asRaise(error: unknown): Raise {
  if (error instanceof Raise) return error;
  throw error;
}

function describe(error: unknown): string {
  const { what } = asRaise(error);
  return what === "cancelled" ? "cancelled" : `raised ${[...what].sort().join(" ")}`;
}
