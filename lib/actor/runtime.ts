/**
 * What makes a program an actor: it has a name, listens, serves what others ask for, and ends as a whole. There is one in
 * a run.
 *
 *     connections (shielded: they outlive everything else, so that ends can be told)
 *     `- scope: everything that this actor does; a cancel of the actor cancels it
 *        `- serving: a task for each dialog that another actor has opened
 */
import type { Host } from "../host/ports/host.ts";
import type { Connection, Listener } from "../host/ports/sockets.ts";
import { after, type Instant } from "../base/instant.ts";
import { messageOf } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Event } from "../sync/event.ts";
import { ACTOR_DIALOG } from "../wire/message.ts";
import { encodePayload } from "../wire/payload.ts";
import { BUILTIN_MODULE, builtinsOf } from "./builtins.ts";
import { type CancelRequest, Dialog } from "./dialog.ts";
import { type ActorId, ActorTooSlow, type Canceller, TransportClosed } from "./errors.ts";
import { type Exposed, findExposed, type Modules } from "./exposed.ts";
import { FrameReader } from "./frame_reader.ts";
import { answerHello, greet, refuse } from "./handshake.ts";
import { HandshakeError, type Identity } from "./identity.ts";
import { LifetimeStack } from "./lifetime_stack.ts";
import { Link, type LinkOptions } from "./link.ts";
import type { PortalOwner } from "./portal.ts";
import { Registry } from "./registry.ts";
import { serveDialog } from "./serve.ts";

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
  /** Users who may connect, beside root. */
  readonly uids: ReadonlySet<number>;
  /** Whether others may end it. That of a whole program is ended by its own code alone. */
  readonly isCancellable: boolean;
  /** Told of what a function threw that another actor has called. */
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
  /** When whoever cancelled this actor will lose patience; null if it did not say. */
  deadline: Instant | null = null;
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
  #connections: Nursery | null = null;
  #serving: Nursery | null = null;
  #listener: Listener | null = null;

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
    if (this.cancelledBy !== null) return;
    this.cancelledBy = request;
    for (const link of this.#links) link.canceller = request.canceller;
    if (request.withinMs !== null) this.deadline = after(this.host.clock.now(), request.withinMs);
    this.#scope.cancel(request.reason ?? undefined);
  }

  /** Waits for a child with this token, which may connect from now on. The returned function ends that. */
  expect(token: string, expected: Expected): () => void {
    this.#expected.set(token, expected);
    return () => this.#expected.delete(token);
  }

  /** Takes a connection that was accepted elsewhere and has begun with the protocol of actors. */
  async adopt(connection: Connection, reader: FrameReader): Promise<void> {
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
      await link.run();
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
  async connect(address: string): Promise<Link> {
    const known = this.#peers.get(address);
    if (known !== undefined && known.lost === null) return known;
    const link = await this.#dial(address);
    this.#peers.set(address, link);
    this.#connections!.startSoon(() => this.#run(link), { name: `connection to ${link.peer.path}` });
    return link;
  }

  /** Makes the connection to whoever has started this actor, on which it has said hello, its own. */
  joinParent(begun: Begun): Link {
    const link = this.#link(begun);
    this.parent = link;
    this.#connections!.startSoon(() => this.#run(link), { name: "connection to the parent" });
    return link;
  }

  async #dial(address: string): Promise<Link> {
    const connection = await fromPromise(this.host.sockets.connect(address));
    if (connection === null) throw new TransportClosed(null, `nobody listens at ${address}`);
    try {
      if (!this.#isTrusted(connection)) throw new HandshakeError("it belongs to another user");
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
      value = await main();
      serving.cancelScope.cancel("the actor is over");
    }, { collapse: true }).finally(() => this.#serving = null);
    return value as T;
  }

  async #listen(): Promise<void> {
    const { address } = this.self;
    if (address === null) return;
    this.#listener = await fromPromise(
      this.host.sockets.listen(address, (connection) => this.#accept(connection)),
    );
  }

  /** Names in the kernel have no owner: who connects is asked for, before a byte of it is read. */
  #accept(connection: Connection): void {
    if (this.#connections === null || !this.#isTrusted(connection)) return connection.close();
    const shield = new CancelScope({ shield: true });
    this.#connections.startSoon(
      () => shield.run(() => this.adopt(connection, new FrameReader(connection))),
      { name: "connection" },
    );
  }

  #isTrusted({ peer }: Connection): boolean {
    return peer !== null && (peer.uid === 0 || this.#options.uids.has(peer.uid));
  }

  async #run(link: Link): Promise<void> {
    await new CancelScope({ shield: true }).run(() => link.run());
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
    const { address } = link.peer;
    if (address !== null && this.#peers.get(address) === link) this.#peers.delete(address);
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
    this.#listener?.close();
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

async function openNurseryFor<T>(body: (nursery: Nursery) => Promise<T>): Promise<T> {
  let value: T | undefined;
  await openNursery(async (nursery) => {
    value = await body(nursery);
  }, { collapse: true });
  return value as T;
}
