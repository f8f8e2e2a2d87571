import { after, type Instant, latest } from "../../base/instant.ts";
import type { Clock } from "../../scope/clock.ts";

/** How bytes travel in one direction of a connection. */
export interface Transit {
  /** Cuts what was written at once into what arrives at once. */
  split(bytes: Uint8Array): readonly Uint8Array[];
  /** Calls back when the next thing that was sent has arrived: in the order in which all of it was sent. */
  carry(arrive: () => void): void;
}

/** How chance treats what travels. */
export interface RandomTransitOptions {
  readonly clock: Clock;
  /** A source of numbers in [0, 1). */
  readonly random: () => number;
  /** Milliseconds that something takes at the most; half of all takes none. */
  readonly mostMs: number;
}

const MOST_PIECES = 3;

/** Cuts and delays by chance. */
export function randomTransit({ clock, random, mostMs }: RandomTransitOptions): Transit {
  let last: Instant = clock.now();
  let onTheWay = 0;
  return {
    split(bytes) {
      const cuts = Array.from(
        { length: Math.floor(random() * MOST_PIECES) },
        () => Math.floor(random() * bytes.length),
      );
      const ends = [...cuts.sort((a, b) => a - b), bytes.length];
      return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        .filter(({ length }) => length > 0);
    },
    carry(arrive) {
      const delayMs = random() < 0.5 ? 0 : Math.ceil(random() * mostMs);
      if (delayMs === 0 && onTheWay === 0) return arrive();
      last = latest(last, after(clock.now(), delayMs));
      onTheWay += 1;
      clock.schedule(last, () => {
        onTheWay -= 1;
        arrive();
      });
    },
  };
}
