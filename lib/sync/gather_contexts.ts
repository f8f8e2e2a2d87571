import { openNursery } from "../scope/nursery.ts";
import type { TaskStatus } from "../scope/task_status.ts";
import { type Context, endedInUse } from "./context.ts";
import { Event } from "./event.ts";

/**
 * Enters several contexts at once, runs `body` with what they made, in the order in which they were given, and takes them
 * all down at once. An error of one of them cancels the others. Follows tractor's `gather_contexts`.
 *
 * @returns What `body` returned.
 * @throws {TypeError} If there are no contexts: a lazy list that was used up before is a mistake that would show nowhere.
 * @throws What `body` and the contexts raised: one error as it is, several in an {@linkcode ErrorGroup}.
 * @throws {Cancelled}
 *
 * @example Two resources that are slow to make
 * ```ts
 * import { type Context, gatherContexts, run, sleep } from "supervise";
 *
 * const connection = (name: string): Context<string> => async (use) => {
 *   await sleep(10); // connect
 *   await use(name);
 *   await sleep(10); // disconnect
 * };
 *
 * await run(() =>
 *   gatherContexts([connection("a"), connection("b")], (connections) => console.log(connections)) // [ "a", "b" ]
 * );
 * ```
 */
export async function gatherContexts<T, R>(
  contexts: Iterable<Context<T>>,
  body: (values: readonly T[]) => R | Promise<R>,
): Promise<R> {
  const list = [...contexts];
  if (list.length === 0) {
    throw new TypeError("Cannot enter contexts: there are none. Was the list used up before?");
  }
  const values: T[] = [];
  const leave = new Event();
  const result = await openNursery(async (nursery) => {
    await openNursery((entering) => {
      list.forEach((context, index) => {
        entering.startSoon(async () => {
          values[index] = await nursery.start<T>(
            (status) => holdContext(context, status, leave),
            { name: context.name || `context ${index}` },
          );
        }, { name: `enter context ${index}` });
      });
    }, { collapse: true });
    const value = await body(values);
    leave.set();
    return { value };
  }, { collapse: true });
  // Nobody but the nursery itself can cancel it, and then it raises: there is a result.
  return result!.value;
}

async function holdContext<T>(context: Context<T>, status: TaskStatus<T>, leave: Event): Promise<void> {
  await context(async (value) => {
    status.started(value);
    await leave.wait();
  });
  if (!leave.isSet) throw endedInUse(context);
}
