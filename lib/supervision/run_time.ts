/** The time of a run: it stands still while a crash of the run is held, so that no limit of the run counts that. */
import { after, type Instant, NEVER } from "../base/instant.ts";

/** For how long crashes of a run were held, and since when one is. */
export interface Held {
  /** Null if none is. */
  readonly hold: { readonly since: Instant } | null;
  readonly heldMs: number;
}

/** The time of the clock of a run at `now`. */
export function runTime({ hold, heldMs }: Held, now: Instant): Instant {
  return after(hold?.since ?? now, -heldMs);
}

/** When the clock of a run will show `due`; `NEVER` while it stands still. */
export function whenRunTime({ hold, heldMs }: Held, due: Instant): Instant {
  return hold === null ? after(due, heldMs) : NEVER;
}
