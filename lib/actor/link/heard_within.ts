import { after } from "../../base/instant.ts";
import { PatientClock } from "../../host/patient_clock.ts";
import { currentFrame } from "../../scope/ambient.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";

/** How long the end of a process may take to be seen after that of its connection, or the other way round. */
export const HEARD_MS = 500;

/**
 * Waits for word of an end that has happened: it may have come already, and wait to be read. So the time in which the loop was
 * late does not count; and once all of it has passed the loop has a turn to read, because timers come before what is read.
 *
 * @param wait Is cancelled after {@linkcode HEARD_MS}.
 * @returns What `wait` returned; undefined if it was cancelled.
 */
export async function heardWithin<T>(wait: () => Promise<T>): Promise<T | undefined> {
  const { clock } = currentFrame().run;
  const patient = new PatientClock(clock);
  const scope = new CancelScope();
  const giveUp = () => clock.turn(() => scope.cancel("no word has come"));
  const revoke = patient.schedule(after(patient.now(), HEARD_MS), giveUp);
  try {
    return await scope.run(wait);
  } finally {
    revoke();
  }
}
