/**
 * Bounds the connections to one listener. Every connection costs a descriptor and memory, so their number is bounded
 * for every user. A connection on which nothing was understood yet is a visitor; one that has begun is a guest.
 *
 * A new visitor is always let in: if there are too many, the oldest of the process that has the most is sent away. So a
 * flood from one process sends its own connections away, and an actor or a command that speaks at once gets through.
 */
import type { Connection } from "../../host/ports/sockets.ts";

/** How many may be connected. */
export interface DoorLimits {
  readonly visitors: number;
  readonly guests: number;
  /** Guests that are one process. */
  readonly guestsOfOne: number;
}

/** The limits of a listener, unless there are fewer descriptors. */
export const DOOR_LIMITS: DoorLimits = { visitors: 512, guests: 1_024, guestsOfOne: 256 };

/** The most that one listener may hold of the descriptors of its process, as a part of them. */
const SHARE = 1 / 4;

/** How many who are sent away are told why at the same time: to tell takes a moment in which they are still connected. */
const MOST_TOLD = 16;

/** The rules of a doorkeeper. */
export interface DoorkeeperOptions {
  /** @default {DOOR_LIMITS} */
  readonly limits?: DoorLimits;
  /** Tells somebody who is sent away why; resolves when it is on its way. */
  readonly tell: (connection: Connection, why: string) => Promise<unknown>;
}

/** Limits for a process that may have so many files open; null if that is not known. */
export function doorLimitsFor(openFiles: number | null): DoorLimits {
  const { visitors, guests, guestsOfOne } = DOOR_LIMITS;
  const room = Math.max(4, Math.floor((openFiles ?? Infinity) * SHARE));
  return {
    visitors: Math.min(visitors, Math.ceil(room / 4)),
    guests: Math.min(guests, room),
    guestsOfOne: Math.min(guestsOfOne, Math.ceil(room / 2)),
  };
}

/** See the module. */
export class Doorkeeper {
  readonly #limits: DoorLimits;
  readonly #tell: DoorkeeperOptions["tell"];
  /** The oldest first. */
  readonly #visitors = new Set<Connection>();
  readonly #guests = new Map<Connection, number>();
  #telling = 0;

  constructor({ limits = DOOR_LIMITS, tell }: DoorkeeperOptions) {
    this.#limits = limits;
    this.#tell = tell;
  }

  /** Connections on which nothing was understood yet. */
  get visitors(): Iterable<Connection> {
    return this.#visitors;
  }

  /** Lets a connection come in, for which another one may have to go. */
  visit(connection: Connection): void {
    this.#visitors.add(connection);
    if (this.#visitors.size <= this.#limits.visitors) return;
    const oldest = this.#oldestOfMost();
    this.#visitors.delete(oldest);
    this.#sendAway(oldest, `more than ${this.#limits.visitors} connections have yet to say what they want`);
  }

  /** Makes a visitor a guest; false if there are too many, and it was sent away. */
  welcome(connection: Connection): boolean {
    this.#visitors.delete(connection);
    const pid = pidOf(connection);
    const { guests, guestsOfOne } = this.#limits;
    const ofOne = pid === 0 ? 0 : count(this.#guests.values(), pid);
    const why = this.#guests.size >= guests
      ? `${guests} connections are open, and no more are allowed`
      : ofOne >= guestsOfOne
      ? `process ${pid} has ${ofOne} connections open, and no more are allowed`
      : null;
    if (why === null) this.#guests.set(connection, pid);
    else this.#sendAway(connection, why);
    return why === null;
  }

  /** A connection has ended. */
  leave(connection: Connection): void {
    this.#visitors.delete(connection);
    this.#guests.delete(connection);
  }

  #oldestOfMost(): Connection {
    const counts = new Map<number, number>();
    for (const one of this.#visitors) counts.set(pidOf(one), (counts.get(pidOf(one)) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const one of this.#visitors) if (counts.get(pidOf(one)) === most) return one;
    throw new Error("There is a visitor");
  }

  #sendAway(connection: Connection, why: string): void {
    if (this.#telling >= MOST_TOLD) return connection.close();
    this.#telling += 1;
    const gone = () => {
      this.#telling -= 1;
      connection.close();
    };
    this.#tell(connection, why).then(gone, gone);
  }
}

/** Zero for a connection of another machine. */
function pidOf({ peer }: Connection): number {
  return peer?.pid ?? 0;
}

function count(pids: Iterable<number>, pid: number): number {
  let found = 0;
  for (const one of pids) if (one === pid) found += 1;
  return found;
}
