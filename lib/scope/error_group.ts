import { messageOf } from "../base/user_error.ts";
import { type ErrorClass, isOf } from "./error_class.ts";
import { reportError } from "./error_report.ts";

/**
 * Picks errors: by class, or by a function that is asked of groups too, before their parts. A class picks a
 * `RemoteActorError` too if the error that it is about is of that class.
 */
export type ErrorFilter = ErrorClass | ((error: unknown) => boolean);

/**
 * Several errors of one nursery, in the order in which they were raised. Single errors are grouped too. Follows Python's
 * `ExceptionGroup`, where `AggregateError` cannot be taken apart.
 *
 * Printed, it is a tree with the name of the task that raised each error.
 *
 * @example Handle one kind of error, and throw the others on
 * ```ts
 * import { ErrorGroup, openNursery, run, sleep } from "supervise";
 *
 * await run(async () => {
 *   try {
 *     await openNursery((nursery) => {
 *       nursery.startSoon(() => {
 *         throw new RangeError("too far");
 *       });
 *       nursery.startSoon(() => sleep(1_000));
 *     });
 *   } catch (error) {
 *     if (!(error instanceof ErrorGroup)) throw error;
 *     const [ranges, others] = error.split(RangeError);
 *     console.log(ranges?.flatten().length); // 1
 *     if (others !== null) throw others;
 *   }
 * });
 * ```
 */
export class ErrorGroup extends AggregateError {
  override readonly name = "ErrorGroup";
  readonly #tasks: ReadonlyMap<unknown, string>;

  /**
   * @param errors At least one.
   * @param tasks Names of the tasks that raised them, as far as they are known.
   * @throws {TypeError} If there are no errors.
   */
  constructor(errors: readonly unknown[], tasks: ReadonlyMap<unknown, string> = new Map()) {
    if (errors.length === 0) throw new TypeError("Cannot make a group of no errors");
    super(errors, describe(errors), { cause: errors[0] });
    this.#tasks = tasks;
  }

  /** Name of the task that raised one of the errors; null if it is not known. */
  taskOf(error: unknown): string | null {
    return this.#tasks.get(error) ?? null;
  }

  /** All errors that are no groups themselves, at any depth. */
  flatten(): readonly unknown[] {
    return this.errors.flatMap((error) => error instanceof ErrorGroup ? error.flatten() : [error]);
  }

  /** The errors that `filter` picks, as a group of the same shape; null if it picks none. */
  subgroup(filter: ErrorFilter): ErrorGroup | null {
    return this.split(filter)[0];
  }

  /** The errors that `filter` picks and the others, each as a group of the same shape, or null if there are none. */
  split(filter: ErrorFilter): [ErrorGroup | null, ErrorGroup | null] {
    const picks = asPredicate(filter);
    if (picks(this)) return [this, null];
    const halves = new Map(this.errors.map((error) => [error, splitOne(error, filter, picks)]));
    const picked = this.replaceParts((error) => halves.get(error)![0]);
    const others = this.replaceParts((error) => halves.get(error)![1]);
    return others === null ? [this, null] : picked === null ? [null, this] : [picked, others];
  }

  /** @internal The group with something else, or nothing, for each of its errors; null if nothing is left. */
  replaceParts(restOf: (error: unknown) => Part | null): ErrorGroup | null {
    const errors: unknown[] = [];
    const tasks = new Map<unknown, string>();
    for (const error of this.errors) {
      const rest = restOf(error);
      if (rest === null) continue;
      errors.push(rest.error);
      const task = this.taskOf(error);
      if (task !== null) tasks.set(rest.error, task);
    }
    return errors.length === 0 ? null : new ErrorGroup(errors, tasks);
  }

  /** The text that Node's way of printing shows, on Bun too. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return reportError(this, { colors: options?.colors ?? false });
  }

  /** The text that Deno's way of printing shows. */
  [Symbol.for("Deno.customInspect")](_inspect: unknown, options?: { readonly colors?: boolean }): string {
    return reportError(this, { colors: options?.colors ?? false });
  }
}

/** One error of a group, as it is printed. */
interface Part {
  readonly error: unknown;
}

function splitOne(
  error: unknown,
  filter: ErrorFilter,
  picks: (error: unknown) => boolean,
): readonly [Part | null, Part | null] {
  if (!(error instanceof ErrorGroup)) return picks(error) ? [{ error }, null] : [null, { error }];
  const [picked, others] = error.split(filter);
  return [picked === null ? null : { error: picked }, others === null ? null : { error: others }];
}

function asPredicate(filter: ErrorFilter): (error: unknown) => boolean {
  if (filter === Error || filter.prototype instanceof Error) {
    return (error) => isOf(error, filter as ErrorClass);
  }
  return filter as (error: unknown) => boolean;
}

function describe(errors: readonly unknown[]): string {
  const first = messageOf(errors[0]);
  return errors.length === 1 ? `A task failed: ${first}` : `${errors.length} tasks failed, first: ${first}`;
}
