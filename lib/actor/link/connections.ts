/**
 * All that an actor is connected with: where it listens, who comes, and whom it has gone to. A connection is a task, shielded
 * from what the actor does otherwise, so that ends can be told over it.
 */
import type { ActorHost } from "../../host/ports/host.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import type { TlsCredentials } from "../../host/ports/tcp.ts";
import { sameSecret } from "../../base/same_secret.ts";
import { messageOf } from "../../base/user_error.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../../scope/nursery.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import { PartBudget } from "../../wire/parts.ts";
import { PAYLOAD_LIMITS } from "../../wire/payload.ts";
import { type ActorId, TransportClosed } from "../errors.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { type AddressedListener, connectTo, isTcp, listenAt } from "./address.ts";
import { FrameReader } from "./frame_reader.ts";
import { answerHello, greet, refuse } from "./handshake.ts";
import { heartbeat } from "./heartbeat.ts";
import { HandshakeError, type Identity } from "./identity.ts";
import { Link, type LinkOptions } from "./link.ts";

/** How long the last messages may take at the end of an actor. */
const FAREWELL_MS = 1_000;

const MAX_PART_BYTES = 4 * PAYLOAD_LIMITS.maxBytes;

/** A connection on which both sides have said who they are. */
export type GreetedConnection = Pick<
  LinkOptions,
  "connection" | "reader" | "peer" | "isConnector" | "isChild" | "memory"
>;

/** A child that was started and has yet to connect. */
export interface Expected {
  /** Its name and path, which it cannot know yet. */
  readonly identity: Pick<ActorId, "name" | "path">;
  /** Takes its connection. */
  readonly onJoin: (link: Link) => void;
  readonly explainLoss: NonNullable<LinkOptions["explainLoss"]>;
}

/** Where an actor can be reached, and by whom. */
export interface ListenOptions {
  /** Where it listens beside its own address; with TLS, if it is a port. */
  readonly listen?: readonly string[];
  readonly tls?: TlsCredentials;
  /** Users who may connect, beside root. */
  readonly uids: ReadonlySet<number>;
  /**
   * Whether somebody else listens at its address, and hands over what begins with the protocol of actors.
   *
   * @default {false}
   */
  readonly isListenedFor?: boolean;
  /**
   * Bytes that the parts of long payloads may take which have yet to come in whole, on all connections together.
   *
   * @default Four payloads of the greatest length.
   */
  readonly maxPartBytes?: number;
}

/** Facts about a connection that are known beforehand. */
export interface AdoptOptions extends Pick<LinkOptions, "memory"> {
  /** Whether it comes from another machine. */
  readonly isRemote?: boolean;
}

/** The parts of the connections of an actor. */
export interface ConnectionsOptions extends ListenOptions {
  readonly host: ActorHost;
  readonly self: Identity;
  /** Says what is to become of what comes in over a new link. */
  readonly linkOptions: (link: () => Link) => Pick<LinkOptions, "onStart" | "onCancelActor" | "onLost">;
  /** In whose name this actor cancels others, if it is being cancelled itself. */
  readonly canceller: () => ActorId | null;
}

/** See the module. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #links = new Set<Link>();
  /** Expected children are let in, however many others are connected. */
  readonly #door = new Doorkeeper({ tell: (connection, why) => refuse(connection, why) });
  /** Connections to other actors by their addresses, for all who talk to them. */
  readonly #peers = new Map<string, Link>();
  /** Addresses that are being connected to. */
  readonly #dialing = new Map<string, Event>();
  readonly #expected = new Map<string, Expected>();
  readonly #partBudget: PartBudget;
  #nursery: Nursery | null = null;
  #listening: readonly AddressedListener[] = [];

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#partBudget = new PartBudget(options.maxPartBytes ?? MAX_PART_BYTES);
  }

  /** Those that work. */
  get links(): Iterable<Link> {
    return this.#links;
  }

  /** Where this actor listens. */
  get addresses(): readonly string[] {
    return this.#listening.map(({ address }) => address);
  }

  /** Listens for as long as `body` runs, then says goodbye to everybody, and waits for the ends of all connections. */
  async run<T>(body: () => Promise<T>): Promise<T> {
    let value: T | undefined;
    await openNursery(async (nursery) => {
      this.#nursery = nursery;
      await this.#listen();
      try {
        value = await body();
      } finally {
        await new CancelScope({ shield: true }).run(() => this.#closeAll());
      }
    }, { collapse: true });
    return value as T;
  }

  /** Takes nobody in any more. */
  stopListening(): void {
    for (const { listener } of this.#listening) listener.close();
    for (const connection of this.#door.visitors) connection.close();
  }

  /** Waits for a child with this token, which may connect from now on. The returned function ends that. */
  expect(token: string, expected: Expected): () => void {
    this.#expected.set(token, expected);
    return () => this.#expected.delete(token);
  }

  /** Takes a connection that anybody with access may have made, on which nothing was said yet but the bytes in `reader`. */
  adopt(connection: Connection, reader: FrameReader, options: AdoptOptions = {}): void {
    if (this.#nursery === null) return connection.close();
    this.#start("connection", () => this.#welcome(connection, reader, options));
  }

  /**
   * Connects to an actor; a connection that is there already is shared.
   *
   * @throws {TransportClosed} If nobody answers there who speaks the protocol.
   */
  async connect(address: string, tls: TlsCredentials | null): Promise<Link> {
    while (this.#dialing.has(address)) await this.#dialing.get(address)!.wait();
    const known = this.#peers.get(address);
    if (known !== undefined && known.lost === null) return known;
    const settled = new Event();
    this.#dialing.set(address, settled);
    try {
      const link = await this.#dial(address, tls);
      this.#peers.set(address, link);
      this.#start(`connection to ${link.peer.path}`, () => runLink(link, isTcp(address)));
      return link;
    } finally {
      this.#dialing.delete(address);
      settled.set();
    }
  }

  /** Goes on with the connection to the parent of this actor, on which the parent has said hello. */
  join(begun: GreetedConnection): Link {
    const link = this.#link(begun);
    this.#start("connection to the parent", () => link.run());
    return link;
  }

  async #listen(): Promise<void> {
    const { host, self, listen = [], tls = null, isListenedFor = false } = this.#options;
    const own = self.address === null || isListenedFor ? [] : [self.address];
    for (const address of [...own, ...listen]) {
      const accept = (connection: Connection) => this.#accept(connection, isTcp(address));
      this.#listening = [...this.#listening, await listenAt(host, address, tls, accept)];
    }
  }

  /** Names in the kernel have no owner: who connects is asked for, before a byte of it is read. */
  #accept(connection: Connection, isRemote: boolean): void {
    if (!this.#isTrusted(connection, isRemote)) return connection.close();
    this.adopt(connection, new FrameReader(connection), { isRemote });
  }

  async #welcome(connection: Connection, reader: FrameReader, options: AdoptOptions): Promise<void> {
    try {
      this.#door.visit(connection);
      const { hello } = await answerHello(connection, reader, this.#options.self);
      const expected = hello.token === null ? undefined : this.#take(hello.token);
      if (hello.token !== null && expected === undefined) {
        await refuse(connection, "no child with this token was started here");
        return connection.close();
      }
      if (expected !== undefined) this.#door.leave(connection);
      else if (!this.#door.welcome(connection)) return;
      const peer = { ...hello.actor, ...expected?.identity };
      const { isRemote = false, memory } = options;
      const begun = {
        connection,
        reader,
        peer,
        isConnector: false,
        isChild: expected !== undefined,
        ...(memory === undefined ? {} : { memory }),
      };
      const link = this.#link(begun, expected && (() => expected.explainLoss()));
      expected?.onJoin(link);
      await runLink(link, isRemote);
    } catch (error) {
      connection.close();
      if (!(error instanceof HandshakeError)) throw error;
    } finally {
      this.#door.leave(connection);
    }
  }

  /** The child with a token, which is good for one connection. All are compared, so that time tells nothing of them. */
  #take(token: string): Expected | undefined {
    const known = [...this.#expected.keys()].filter((one) => sameSecret(one, token))[0];
    if (known === undefined) return undefined;
    const expected = this.#expected.get(known);
    this.#expected.delete(known);
    return expected;
  }

  async #dial(address: string, tls: TlsCredentials | null): Promise<Link> {
    const { host, self } = this.#options;
    const connection = await connectTo(host, address, tls);
    try {
      if (!this.#isTrusted(connection, isTcp(address))) {
        throw new HandshakeError("it belongs to another user");
      }
      const { hello, reader } = await greet(connection, self, null);
      return this.#link({ connection, reader, peer: hello.actor, isConnector: true });
    } catch (error) {
      connection.close();
      if (!(error instanceof HandshakeError)) throw error;
      throw new TransportClosed(null, messageOf(error), null, { cause: error });
    }
  }

  #isTrusted({ peer, identity }: Connection, isRemote: boolean): boolean {
    if (isRemote) return identity !== null;
    return peer !== null && (peer.uid === 0 || this.#options.uids.has(peer.uid));
  }

  #link(begun: GreetedConnection, explainLoss?: LinkOptions["explainLoss"]): Link {
    const { self, linkOptions, canceller } = this.#options;
    const { onLost, ...handlers } = linkOptions(() => link);
    const link: Link = new Link({
      ...begun,
      partBudget: this.#partBudget,
      ...handlers,
      self,
      onLost: () => {
        this.#forget(link);
        onLost();
      },
      ...(explainLoss === undefined ? {} : { explainLoss }),
    });
    link.canceller = canceller();
    this.#links.add(link);
    return link;
  }

  #forget(link: Link): void {
    this.#links.delete(link);
    for (const [address, known] of this.#peers) if (known === link) this.#peers.delete(address);
  }

  #start(name: string, body: () => Promise<void>): void {
    this.#nursery!.startSoon(() => new CancelScope({ shield: true }).run(body), { name });
  }

  async #closeAll(): Promise<void> {
    this.stopListening();
    await moveOnAfter(FAREWELL_MS, () =>
      openNursery((closing) => {
        for (const link of this.#links) closing.startSoon(() => link.close("the actor is over"));
      }));
    for (const link of [...this.#links]) link.lose("it was closed here", null);
  }
}

/** Runs a link to its end. That of a process of this machine always comes, that of another machine is watched for. */
async function runLink(link: Link, isRemote: boolean): Promise<void> {
  if (!isRemote) return await link.run();
  await openNursery(async (nursery) => {
    nursery.startSoon(() => heartbeat(link), { name: "heartbeat" });
    await link.run();
    nursery.cancelScope.cancel("the connection is closed");
  }, { collapse: true });
}
