import type { Clock } from "../../scope/clock.ts";
import type { FakeProcess } from "./fake_process.ts";

/** The clock of the machine, as one process hears of it: nothing rings any more once it has ended. */
export function processClock(clock: Clock, process: FakeProcess): Clock {
  return {
    now: () => clock.now(),
    schedule(at, callback) {
      if (!process.isAlive) return () => {};
      let isRevoked = false;
      const revoke = () => {
        isRevoked = true;
        process.onEnd.delete(revoke);
        unschedule();
      };
      const unschedule = clock.schedule(at, () => {
        process.onEnd.delete(revoke);
        process.loop.deliver(() => {
          if (!isRevoked) callback();
        });
      });
      process.onEnd.add(revoke);
      return revoke;
    },
    turn: (callback) => clock.turn(() => process.loop.deliver(callback)),
  };
}
