/** Waiting until every task of a run waits. */
import { nextTurn } from "../host/shared/turn.ts";
import { currentFrame } from "../scope/ambient.ts";
import { park, type Parked } from "../scope/park.ts";
import type { RunState } from "../scope/run_state.ts";

interface IdleWaiter {
  readonly parked: Parked<void>;
  readonly cushion: number;
}

/** The tasks that wait for the others, by run. */
const waitersOf = new WeakMap<RunState, Set<IdleWaiter>>();

/**
 * Waits until every other task waits. A task that waits for something outside of the run, such as a socket, counts, too.
 *
 * Follows Trio's `wait_all_tasks_blocked`.
 *
 * @param cushion Of several tasks that wait like this, the one with the smallest number goes first, and the others look
 * again.
 * @throws {Cancelled}
 *
 * @example A task is where it should be before the test goes on
 * ```ts
 * import { Event, openNursery, testing } from "supervise";
 *
 * await testing.runVirtual(() =>
 *   openNursery(async (nursery) => {
 *     const event = new Event();
 *     nursery.startSoon(() => event.wait());
 *     await testing.waitAllTasksBlocked();
 *     event.set(); // somebody waits for it, surely
 *   })
 * );
 * ```
 */
export async function waitAllTasksBlocked(cushion = 0): Promise<void> {
  const { run } = currentFrame();
  const waiters = waitersOf.get(run) ?? new Set();
  waitersOf.set(run, waiters);
  await park<void>("all tasks blocked", (parked) => {
    const waiter = { parked, cushion };
    waiters.add(waiter);
    parked.onAbort = () => waiters.delete(waiter);
    if (waiters.size === 1) watch(run, waiters);
  });
}

/** @internal Returns when every task of the run waits: a whole turn of the event loop has passed without any of them moving. */
export async function settle(run: RunState): Promise<void> {
  let before: number;
  do {
    before = run.activity;
    await nextTurn();
  } while (run.activity !== before);
}

/** @internal Whether tasks of the run wait for the others: time must not move before they have gone on. */
export function hasIdleWaiters(run: RunState): boolean {
  return (waitersOf.get(run)?.size ?? 0) > 0;
}

async function watch(run: RunState, waiters: Set<IdleWaiter>): Promise<void> {
  while (waiters.size > 0) {
    await settle(run);
    const [first] = [...waiters].sort((a, b) => a.cushion - b.cushion);
    if (first === undefined) return;
    waiters.delete(first);
    first.parked.wake();
  }
}
