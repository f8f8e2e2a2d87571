/**
 * Runs a function of the world of promises as if it were a task: what tractor's infected asyncio is to asyncio.
 *
 * Invariants:
 * 1. Neither side outlives the other. When the inside ends, the signal of the foreign function aborts and its channel
 *    raises; `openForeignTask` returns when the foreign function has settled.
 * 2. Each of the four exits is told to the other side as what it is: the foreign function returned
 *    ({@linkcode ForeignTaskReturned}) or failed (its error); the inside returned ({@linkcode InsideReturned}), or was
 *    cancelled or failed ({@linkcode InsideCancelled}).
 * 3. If both fail by themselves, both errors are kept. An exit that was only told to the other side is not raised beside
 *    the error that led to it.
 */
import { withoutFrame } from "../scope/ambient.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { ErrorGroup } from "../scope/error_group.ts";
import { withoutCancelled } from "../scope/without_cancelled.ts";
import { Event } from "../sync/event.ts";
import { openMemoryChannel } from "../sync/memory_channel.ts";
import { type ForeignChannel, ForeignEnd, InsideChannel } from "./foreign_channel.ts";
import {
  ForeignTaskCancelled,
  ForeignTaskReturned,
  InsideCancelled,
  InsideReturned,
} from "./foreign_errors.ts";

/** Options of {@linkcode openForeignTask}. */
export interface ForeignTaskOptions {
  /**
   * How many values may wait in either direction before the sender has to wait.
   *
   * @default {16}
   */
  readonly capacity?: number;
}

/**
 * Runs `foreign`, a function that knows promises and AbortSignals only, beside `body`, a part of the tree of tasks, with a
 * channel in both directions. `body` begins when `foreign` has called `started`.
 *
 * `foreign` has to obey its signal or its channel: until it has settled, this does not return, whatever is cancelled.
 *
 * @returns What `body` returned.
 * @throws What `body` or `foreign` raised; an {@linkcode ErrorGroup} if both did.
 * @throws {ForeignTaskReturned} If `foreign` returned without having called `started`.
 * @throws {ForeignTaskCancelled} If `foreign` was aborted by somebody else.
 * @throws {Cancelled}
 *
 * @example An event loop of promises that counts for a task
 * ```ts
 * import { type ForeignChannel, openForeignTask, run } from "supervise";
 *
 * async function counter(channel: ForeignChannel<string, number, never>) {
 *   channel.started("counting");
 *   for (let i = 0; !channel.signal.aborted; i++) await channel.send(i);
 * }
 *
 * await run(() =>
 *   openForeignTask(counter, async (channel, first) => {
 *     console.log(first); // counting
 *     for await (const value of channel) {
 *       if (value === 3) break;
 *     }
 *   })
 * );
 * ```
 */
export async function openForeignTask<First, Out, In, R>(
  foreign: (channel: ForeignChannel<First, Out, In>) => Promise<unknown>,
  body: (channel: InsideChannel<Out, In>, first: First) => R | Promise<R>,
  { capacity = 16 }: ForeignTaskOptions = {},
): Promise<R> {
  const [toInside, fromForeign] = openMemoryChannel<Out>(capacity);
  const [toForeign, fromInside] = openMemoryChannel<In>(capacity);
  const outside = new ForeignEnd<First, Out, In>(toInside, fromInside);
  const inside = new InsideChannel<Out, In>(toForeign, fromForeign);
  const scope = new CancelScope();
  const settled = new Event();
  const errors: unknown[] = [];

  const settle = (failure: { readonly error: unknown } | null) => {
    if (failure !== null && !outside.wasTold(failure.error)) {
      const error = translate(failure.error);
      errors.push(error);
      inside.fail(error);
      // Before the channel closes, or a task that waits there would take the failure for an end.
      scope.cancel("the foreign task failed");
    }
    outside.close();
    outside.ready.set();
    settled.set();
  };
  // Outside of the tree: it must neither be a branch of this task nor find the scopes of it.
  withoutFrame(() => callForeign(foreign, outside)).then(() => settle(null), (error) => settle({ error }));

  let result: R | undefined;
  try {
    result = await scope.run(async () => {
      await outside.ready.wait();
      if (outside.first === null) {
        throw new ForeignTaskReturned("The foreign task returned without started()");
      }
      return await body(inside, outside.first.value);
    });
    outside.tell(new InsideReturned("The inside has returned"));
  } catch (error) {
    if (!errors.includes(error)) errors.unshift(error);
    outside.tell(new InsideCancelled("The inside was cancelled or has failed", { cause: error }));
  }
  inside.close();
  await new CancelScope({ shield: true }).run(() => settled.wait());
  const real = errors.flatMap((error) => withoutCancelled(error).rest ?? []);
  if (real.length > 1) throw new ErrorGroup(real.map(({ error }) => error));
  if (errors.length > 0) throw real.length === 1 ? real[0]!.error : errors[0];
  return result as R;
}

async function callForeign<First, Out, In>(
  foreign: (channel: ForeignChannel<First, Out, In>) => Promise<unknown>,
  channel: ForeignChannel<First, Out, In>,
): Promise<void> {
  await foreign(channel);
}

/** Somebody aborted the foreign function, and it was not us: that is no cancel of a scope here. */
function translate(error: unknown): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  return isAbort ? new ForeignTaskCancelled("The foreign task was aborted", { cause: error }) : error;
}
