/**
 * What makes a program an actor: it has a name, listens, serves what others ask for, and ends as a whole. There is one in
 * a run.
 *
 *     connections (shielded: they outlive everything else, so that ends can be told)
 *     `- scope: everything that this actor does; a cancel of the actor cancels it
 *        `- serving: a task for each dialog that another actor has opened
 */
import type { Host } from "../host/ports/host.ts";
import type { Connection } from "../host/ports/sockets.ts";
import type { TlsCredentials } from "../host/ports/tcp.ts";
import { after } from "../base/instant.ts";
import { messageOf } from "../base/user_error.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Event } from "../sync/event.ts";
import { WaitQueue } from "../sync/wait_queue.ts";
import { ACTOR_DIALOG } from "../wire/message.ts";
import { encodePayload } from "../wire/payload.ts";
import { connectTo, isTcp, listenAt, type Listening } from "./link/address.ts";
import { BUILTIN_MODULE, builtinsAt, builtinsOf } from "./builtins.ts";
import type { CrashKeeper, HeldCrash } from "./debug/crash_desk.ts";
import { Deadline } from "./deadline.ts";
import { type CancelRequest, Dialog } from "./dialog/dialog.ts";
import { type ActorId, ActorTooSlow, type Canceller, TransportClosed } from "./errors.ts";
import { type Exposed, findExposed, type Modules } from "./dialog/exposed.ts";
import { FrameReader } from "./link/frame_reader.ts";
import { answerHello, greet, refuse } from "./link/handshake.ts";
import { heartbeat } from "./link/heartbeat.ts";
import { HandshakeError, type Identity } from "./link/identity.ts";
import { LifetimeStack } from "./lifetime_stack.ts";
import { Link, type LinkOptions } from "./link/link.ts";
import type { PortalOwner } from "./dialog/portal.ts";
import { Registry } from "./registry.ts";
import { serveDialog } from "./dialog/serve.ts";

/** How long the last messages may take at the end of an actor. */
const FAREWELL_MS = 1_000;

/** A connection on which both sides have said who they are. */
export type Begun = Pick<LinkOptions, "connection" | "reader" | "peer" | "isConnector">;

/** A child that was started and has yet to connect. */
export interface Expected {
  /** What it is called: it cannot know yet. */
  readonly identity: Pick<ActorId, "name" | "path">;
  /** Takes its connection; what is returned goes into the link. */
  readonly onJoin: (link: Link) => void;
  readonly explainLoss: NonNullable<LinkOptions["explainLoss"]>;
}

/** What an actor is made of. */
export interface RuntimeOptions {
  readonly host: Host;
  readonly self: Identity;
  /** Where it listens beside that; with TLS, if it is a port. */
  readonly listen?: readonly string[];
  readonly tls?: TlsCredentials;
  /** Users who may connect, beside root. */
  readonly uids: ReadonlySet<number>;
  /** Whether others may end it. That of a whole program is ended by its own code alone. */
  readonly isCancellable: boolean;
  /**
   * Whether somebody else listens at its address, and hands over what begins with the protocol of actors.
   *
   * @default {false}
   */
  readonly isListenedFor?: boolean;
  /** Holds the crashes of the tree; a root has one. */
  readonly desk?: CrashKeeper;
  /** Told whether a crash is held in this actor or below it. */
  readonly onHeld?: (isHeld: boolean) => void;
  /** Told of what a function threw that another actor has called; what it returns is waited for. */
  readonly onError?: (error: unknown, name: string) => Promise<void>;
}

/** See the module. */
export class ActorRuntime implements PortalOwner {
  readonly host: Host;
  readonly self: Identity;
  readonly lifetime: LifetimeStack = new LifetimeStack();
  /** Those below it, and itself. */
  readonly registry: Registry = new Registry();
  /** What others may call. */
  modules: Modules = new Map();
  /** The connection to whoever started it; null for a root. */
  parent: Link | null = null;
  /** Who cancelled it as a whole; null while nobody has. */
  cancelledBy: CancelRequest | null = null;
  /** When whoever cancelled this actor will lose patience. */
  readonly deadline: Deadline = new Deadline();
  readonly #options: RuntimeOptions;
  readonly #scope = new CancelScope();
  readonly #links = new Set<Link>();
  /** Connections that have yet to say who they are. */
  readonly #greeting = new Set<Connection>();
  /** Connections to other actors by their addresses, for all who talk to them. */
  readonly #peers = new Map<string, Link>();
  readonly #expected = new Map<string, Expected>();
  /** Who is to be told when this actor is over. */
  readonly #awaitingEnd = new Set<Link>();
  readonly #ready = new Event();
  /** Crashes that are inspected, here and below. */
  readonly #held = new Set<HeldCrash>();
  readonly #heldChanged = new WaitQueue();
  #connections: Nursery | null = null;
  #serving: Nursery | null = null;
  #listening: readonly Listening[] = [];

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.host = options.host;
    this.self = options.self;
    this.registry.add(options.self, null);
  }

  /** Waits until `run` has come to where connections are taken. */
  async ready(): Promise<void> {
    await this.#ready.wait();
  }

  /** Is an actor for as long as `main` runs; returns when all that it has started is over and everybody was told. */
  async run<T>(main: () => Promise<T>): Promise<T | undefined> {
    return await openNurseryFor(async (connections) => {
      this.#connections = connections;
      try {
        await this.#listen();
        return await this.#scope.run(() => this.#serveDuring(main));
      } finally {
        await new CancelScope({ shield: true }).run(() => this.#end());
      }
    });
  }

  /** Cancels everything that this actor does, on behalf of whoever asks first. */
  cancel(request: CancelRequest): void {
    if (request.withinMs !== null) {
      this.deadline.shorten(after(this.host.clock.now(), request.withinMs));
    }
    if (this.cancelledBy !== null) return;
    this.cancelledBy = request;
    for (const link of this.#links) link.canceller = request.canceller;
    this.#scope.cancel(request.reason ?? undefined);
  }

  /** Holds a crash of this actor, or of one below it, until the caller is cancelled. */
  async holdCrash(crash: HeldCrash): Promise<void> {
    this.#setHeld(crash, true);
    try {
      if (this.parent !== null) await builtinsAt(this, this.parent).holdCrash(crash);
      else await this.#options.desk?.hold(crash);
    } finally {
      this.#setHeld(crash, false);
    }
  }

  /** Waits until no crash is held in an actor, or below it. */
  async untilNotHeld(path: string): Promise<void> {
    const isBelow = ({ actor }: HeldCrash) => actor === path || actor.startsWith(`${path}/`);
    while ([...this.#held].some(isBelow)) await this.#heldChanged.wait("end of an inspection");
  }

  #setHeld(crash: HeldCrash, isHeld: boolean): void {
    if (isHeld) this.#held.add(crash);
    else this.#held.delete(crash);
    for (const link of this.#links) link.hold(this.#held.size > 0);
    this.#options.onHeld?.(this.#held.size > 0);
    this.#heldChanged.wakeAll();
  }

  /** Waits for a child with this token, which may connect from now on. The returned function ends that. */
  expect(token: string, expected: Expected): () => void {
    this.#expected.set(token, expected);
    return () => this.#expected.delete(token);
  }

  /** Takes a connection of whoever may connect, on which nothing was said yet, or what `reader` has kept. */
  adopt(connection: Connection, reader: FrameReader, isRemote = false): void {
    if (this.#connections === null) return connection.close();
    const shield = new CancelScope({ shield: true });
    this.#connections.startSoon(() => shield.run(() => this.#welcome(connection, reader, isRemote)), {
      name: "connection",
    });
  }

  async #welcome(connection: Connection, reader: FrameReader, isRemote: boolean): Promise<void> {
    try {
      this.#greeting.add(connection);
      const { hello } = await answerHello(connection, reader, this.self)
        .finally(() => this.#greeting.delete(connection));
      const expected = hello.token === null ? undefined : this.#expected.get(hello.token);
      if (hello.token !== null && expected === undefined) {
        await refuse(connection, "no child with this token was started here");
        return connection.close();
      }
      if (hello.token !== null) this.#expected.delete(hello.token);
      const peer = { ...hello.actor, ...expected?.identity };
      const link = this.#link({ connection, reader, peer, isConnector: false }, expected?.explainLoss);
      expected?.onJoin(link);
      await runLink(link, isRemote);
    } catch (error) {
      connection.close();
      if (!(error instanceof HandshakeError)) throw error;
    }
  }

  /**
   * Connects to an actor; a connection that is there already is shared.
   *
   * @throws {TransportClosed} If nobody answers there who speaks the protocol.
   */
  async connect(address: string, tls: TlsCredentials | null = null): Promise<Link> {
    const known = this.#peers.get(address);
    if (known !== undefined && known.lost === null) return known;
    const link = await this.#dial(address, tls);
    this.#peers.set(address, link);
    const isRemote = isTcp(address);
    this.#connections!.startSoon(() => this.#run(link, isRemote), {
      name: `connection to ${link.peer.path}`,
    });
    return link;
  }

  /** Makes the connection to whoever has started this actor, on which it has said hello, its own. */
  joinParent(begun: Begun): Link {
    const link = this.#link(begun);
    this.parent = link;
    this.#connections!.startSoon(() => this.#run(link), { name: "connection to the parent" });
    return link;
  }

  async #dial(address: string, tls: TlsCredentials | null): Promise<Link> {
    const connection = await connectTo(this.host, address, tls);
    try {
      if (!this.#isTrusted(connection, isTcp(address))) {
        throw new HandshakeError("it belongs to another user");
      }
      const { hello, reader } = await greet(connection, this.self, null);
      return this.#link({ connection, reader, peer: hello.actor, isConnector: true });
    } catch (error) {
      connection.close();
      if (!(error instanceof HandshakeError)) throw error;
      throw new TransportClosed(null, messageOf(error), null, { cause: error });
    }
  }

  async cancelActor(link: Link, reason: string | null, timeoutMs: number): Promise<void> {
    const dialog = new Dialog(ACTOR_DIALOG, link);
    dialog.requestCancel(reason, timeoutMs);
    // Nothing cancels a cancel: the other side has heard of it, and its end is to be seen.
    await new CancelScope({ shield: true }).run(() => moveOnAfter(timeoutMs, () => link.closed()));
    if (link.lost === null) {
      throw new ActorTooSlow(
        `Actor "${link.peer.path}" has not ended within ${timeoutMs} ms after it was cancelled`,
      );
    }
  }

  async #serveDuring<T>(main: () => Promise<T>): Promise<T> {
    let value: T | undefined;
    await openNursery(async (serving) => {
      this.#serving = serving;
      this.#ready.set();
      try {
        value = await main();
      } finally {
        // What is asked for from now on is answered as cancelled.
        this.#serving = null;
      }
      serving.cancelScope.cancel("the actor is over");
    }, { collapse: true });
    return value as T;
  }

  /** Where it listens. */
  get addresses(): readonly string[] {
    return this.#listening.map(({ address }) => address);
  }

  async #listen(): Promise<void> {
    const { listen = [], tls = null, isListenedFor = false } = this.#options;
    const own = this.self.address === null || isListenedFor ? [] : [this.self.address];
    for (const address of [...own, ...listen]) {
      const accept = (connection: Connection) => this.#accept(connection, isTcp(address));
      this.#listening = [...this.#listening, await listenAt(this.host, address, tls, accept)];
    }
  }

  /** Names in the kernel have no owner: who connects is asked for, before a byte of it is read. */
  #accept(connection: Connection, isRemote: boolean): void {
    if (!this.#isTrusted(connection, isRemote)) return connection.close();
    this.adopt(connection, new FrameReader(connection), isRemote);
  }

  #isTrusted({ peer, identity }: Connection, isRemote: boolean): boolean {
    if (isRemote) return identity !== null;
    return peer !== null && (peer.uid === 0 || this.#options.uids.has(peer.uid));
  }

  async #run(link: Link, isRemote = false): Promise<void> {
    await new CancelScope({ shield: true }).run(() => runLink(link, isRemote));
  }

  #link(begun: Begun, explainLoss?: LinkOptions["explainLoss"]): Link {
    const link: Link = new Link({
      ...begun,
      self: this.self,
      onStart: (dialog, payload) => this.#serve(dialog, payload, link),
      onCancelActor: (request) => this.#cancelFromOutside(request, link),
      onLost: () => this.#forget(link),
      ...(explainLoss === undefined ? {} : { explainLoss }),
    });
    link.canceller = this.cancelledBy?.canceller ?? null;
    this.#links.add(link);
    return link;
  }

  #forget(link: Link): void {
    this.#links.delete(link);
    this.#awaitingEnd.delete(link);
    for (const [address, known] of this.#peers) if (known === link) this.#peers.delete(address);
    for (const id of this.registry.removeVia(link)) this.#tellParent("unregister", id);
  }

  /** Passes a change of the registry on, so that the root knows of it. */
  #tellParent(what: "unregister", id: string): void {
    const { parent } = this;
    if (parent === null || parent.lost !== null || this.#serving === null) return;
    try {
      parent.open(encodePayload(["call", BUILTIN_MODULE, what, [id]]));
    } catch (error) {
      if (!(error instanceof TransportClosed)) throw error;
    }
  }

  #serve(dialog: Dialog, payload: Uint8Array, link: Link): void {
    const serving = this.#serving;
    if (serving === null || this.cancelledBy !== null) return dialog.sendCancelAck(this.#canceller());
    serving.startSoon(
      () =>
        serveDialog(dialog, payload, {
          find: (module, name) => this.#find(module, name, link),
          canceller: () => this.#canceller(),
          ...(this.#options.onError === undefined ? {} : { onError: this.#options.onError }),
        }),
      { name: `for ${dialog.link.peer.path}` },
    );
  }

  #find(module: string, name: string, link: Link): Exposed {
    const modules = module === BUILTIN_MODULE ? new Map([[module, builtinsOf(this, link)]]) : this.modules;
    return findExposed(modules, module, name, this.self.path);
  }

  #canceller(): Canceller {
    return this.cancelledBy ?? { canceller: this.self, reason: "the actor is over" };
  }

  #cancelFromOutside(request: CancelRequest, link: Link): void {
    if (!this.#options.isCancellable) return;
    this.#awaitingEnd.add(link);
    // For its parent an actor that another one has ended is none that has died.
    if (this.parent !== null) this.#awaitingEnd.add(this.parent);
    this.cancel(request);
  }

  async #end(): Promise<void> {
    for (const { listener } of this.#listening) listener.close();
    for (const connection of this.#greeting) connection.close();
    const failures: unknown[] = [];
    try {
      await this.lifetime.run();
    } catch (error) {
      failures.push(error);
    }
    for (const link of this.#awaitingEnd) {
      const dialog = new Dialog(ACTOR_DIALOG, link);
      if (failures.length > 0) dialog.sendError(failures[0]);
      else dialog.sendCancelAck(this.#canceller());
    }
    await moveOnAfter(FAREWELL_MS, () =>
      openNursery((closing) => {
        for (const link of this.#links) closing.startSoon(() => link.close("the actor is over"));
      }));
    for (const link of [...this.#links]) link.lose("it was closed here", null);
    if (failures.length > 0) throw failures[0];
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

async function openNurseryFor<T>(body: (nursery: Nursery) => Promise<T>): Promise<T> {
  let value: T | undefined;
  await openNursery(async (nursery) => {
    value = await body(nursery);
  }, { collapse: true });
  return value as T;
}
