import { after } from "../../base/instant.ts";
import { MOST_CATCHING_UP_MS } from "../../host/patient_clock.ts";
import { currentFrame } from "../../scope/ambient.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";

/** How long the end of a process may take to be seen after that of its connection, or the other way round. */
export const HEARD_MS = 500;

/**
 * Waits for word of an end that has happened: it may have come already, and wait to be read. So a loop that was late when the time
 * is over has as much time again as it was late, as by a patient clock; and then a turn to read, because timers come before
 * what is read.
 *
 * @param wait Is cancelled after {@linkcode HEARD_MS}.
 * @returns What `wait` returned; undefined if it was cancelled.
 */
export async function heardWithin<T>(wait: () => Promise<T>): Promise<T | undefined> {
  const { clock } = currentFrame().run;
  const scope = new CancelScope();
  const end = after(clock.now(), HEARD_MS);
  const giveUp = () => clock.turn(() => scope.cancel("no word has come"));
  let revoke = clock.schedule(end, () => {
    const lateMs = Math.min(clock.now() - end, MOST_CATCHING_UP_MS);
    revoke = clock.schedule(after(clock.now(), lateMs), giveUp);
  });
  try {
    return await scope.run(wait);
  } finally {
    revoke();
  }
}
