import type { Connection, Peer } from "../ports/sockets.ts";
import { ByteLane, type LaneOptions } from "./byte_lane.ts";
import { receiveWhile } from "./receive_while.ts";
import type { Transit } from "./transit.ts";

/** How a pair of connections is made. */
export interface PairOptions extends Pick<LaneOptions, "capacity"> {
  /** The process that the first end sees at the other. */
  readonly peer?: Peer | null;
  /** @default The same for the second end. */
  readonly peerOfSecond?: Peer | null;
  /** The name in the certificate of the other end. */
  readonly identity?: string | null;
  /** Makes what the bytes of one direction travel by. */
  readonly openTransit?: (() => Transit) | null;
}

/** Both ends of a connection in memory. */
export function connectionPair(options: PairOptions = {}): readonly [Connection, Connection] {
  const { peer = null, peerOfSecond = peer, identity = null } = options;
  const [there, back] = [openLane(options), openLane(options)];
  return [
    connectionOf({ peer, identity }, back, there),
    connectionOf({ peer: peerOfSecond, identity }, there, back),
  ];
}

function openLane({ capacity, openTransit = null }: PairOptions): ByteLane {
  return new ByteLane({
    ...(capacity === undefined ? {} : { capacity }),
    ...(openTransit === null ? {} : { transit: openTransit() }),
  });
}

function connectionOf(
  { peer, identity }: Pick<Connection, "peer" | "identity">,
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
    receiveWhile(onBytes) {
      return receiveWhile(this, onBytes);
    },
    write: (bytes) => outgoing.write(bytes),
    send(pieces) {
      for (const piece of pieces) void outgoing.write(piece);
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
