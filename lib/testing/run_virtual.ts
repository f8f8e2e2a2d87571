import { NEVER } from "../base/instant.ts";
import { nextTurn } from "../host/shared/turn.ts";
import { runIn } from "../scope/run.ts";
import { RunState } from "../scope/run_state.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Raised when every task waits and no timer is left that could wake one. */
export class DeadlockError extends Error {
  override readonly name = "DeadlockError";
}

/**
 * Runs `main` on a virtual clock that jumps: whenever every task waits, time moves to the next timer. Hours pass in
 * milliseconds, and always the same way.
 *
 * Only for programs that wait on nothing but the clock and each other: time does not wait for real input.
 *
 * @throws {DeadlockError} If nothing can ever happen again.
 */
export async function runVirtual<T>(main: (clock: VirtualClock) => T | Promise<T>): Promise<T> {
  const clock = new VirtualClock();
  const state = new RunState({ clock });
  let over = false;
  const result = runIn(state, () => main(clock), {}).finally(() => over = true);
  result.catch(() => {});
  while (!over) {
    await settle(state);
    if (over) break;
    if (clock.next() === NEVER) throw new DeadlockError("Every task waits, and no timer is set");
    clock.moveTo(clock.next());
  }
  return await result;
}

/** Returns when every task of the run waits: a whole turn of the event loop has passed without any of them moving. */
async function settle(state: RunState): Promise<void> {
  let before: number;
  do {
    before = state.activity;
    await nextTurn();
  } while (state.activity !== before);
}
