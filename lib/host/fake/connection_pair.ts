import type { Connection, Peer } from "../ports/sockets.ts";
import { ByteLane } from "./byte_lane.ts";

/** How a pair of connections is made. */
export interface PairOptions {
  /** Who each end sees at the other. */
  readonly peer?: Peer | null;
  /** What the certificate of the other end says to each. */
  readonly identity?: string | null;
  /** Bytes that are on their way in each direction before a writer waits. */
  readonly capacity?: number;
}

/** Both ends of a connection in memory. */
export function connectionPair(options: PairOptions = {}): readonly [Connection, Connection] {
  const [there, back] = [new ByteLane(options.capacity), new ByteLane(options.capacity)];
  return [connectionOf(options, back, there), connectionOf(options, there, back)];
}

function connectionOf(
  { peer = null, identity = null }: PairOptions,
  incoming: ByteLane,
  outgoing: ByteLane,
): Connection {
  return {
    peer,
    identity,
    async read() {
      const bytes = await incoming.read();
      if (bytes === null) outgoing.end();
      return bytes;
    },
    write: (bytes) => outgoing.write(bytes),
    send(bytes) {
      outgoing.write(bytes);
      return outgoing.isOpen && outgoing.backlog === 0;
    },
    drained: () => outgoing.drained(),
    end() {
      incoming.discard();
      return outgoing.finish();
    },
    close() {
      incoming.abandon();
      outgoing.end();
    },
    get backlog() {
      return outgoing.backlog;
    },
  };
}
