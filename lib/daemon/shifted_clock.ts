import { after, type Instant } from "../base/instant.ts";
import type { Boot } from "../host/ports/host.ts";
import type { Clock } from "../scope/clock.ts";

/**
 * A clock that goes on where that of another process stood: what that has called an instant is the same here, as long as the
 * machine has not been started anew.
 *
 * @param then What the other clock showed, and how long the machine had been up.
 * @param boot How long it is up now.
 */
export function shiftedClock(
  clock: Clock,
  then: { readonly now: Instant; readonly boot: Boot },
  boot: Boot,
): Clock {
  const ahead = then.now - then.boot.uptimeMs + boot.uptimeMs - clock.now();
  return {
    now: () => after(clock.now(), ahead),
    schedule: (at, callback) => clock.schedule(after(at, -ahead), callback),
    turn: (callback) => clock.turn(callback),
  };
}
