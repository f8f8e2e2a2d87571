/**
 * The runtime makes a program an actor: it has a name, listens, serves what others ask for, and ends as a whole. There is one in
 * a run.
 *
 *     connections (they outlive everything else, so that ends can be told)
 *     `- scope: everything that this actor does; a cancel of the actor cancels it
 *        `- serving: a task for each dialog that another actor has opened
 */
import type { ActorHost } from "../host/ports/host.ts";
import type { Connection } from "../host/ports/sockets.ts";
import type { TlsCredentials } from "../host/ports/tcp.ts";
import { after } from "../base/instant.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { Event } from "../sync/event.ts";
import { ACTOR_DIALOG } from "../wire/message.ts";
import { BUILTIN_MODULE, builtinsAt, builtinsOf } from "./builtins.ts";
import { Deadline } from "./deadline.ts";
import type { CrashKeeper, HeldCrash } from "./debug/crash_desk.ts";
import { InspectedCrashes } from "./debug/held_crashes.ts";
import { type CancelRequest, Dialog } from "./dialog/dialog.ts";
import { type Exposed, findExposed, type Modules } from "./dialog/exposed.ts";
import type { PortalOwner } from "./dialog/portal.ts";
import { serveDialog } from "./dialog/serve.ts";
import { encodeStart } from "./dialog/start_request.ts";
import {
  ActorTooSlow,
  type Canceller,
  NoActor,
  ProtocolError,
  RemoteActorError,
  TransportClosed,
} from "./errors.ts";
import { LifetimeStack } from "./lifetime_stack.ts";
import {
  type AdoptOptions,
  Connections,
  type Expected,
  type GreetedConnection,
  type ListenOptions,
} from "./link/connections.ts";
import type { FrameReader } from "./link/frame_reader.ts";
import type { Identity } from "./link/identity.ts";
import type { Link } from "./link/link.ts";
import { Registry } from "./registry.ts";

/** The parts of an actor. */
export interface RuntimeOptions extends ListenOptions {
  readonly host: ActorHost;
  readonly self: Identity;
  /** Whether others may end it. That of a whole program is ended by its own code alone. */
  readonly isCancellable: boolean;
  /** Holds the crashes of the tree; a root has one. */
  readonly desk?: CrashKeeper;
  /** Told whether a crash is held in this actor or below it. */
  readonly onHeld?: (isHeld: boolean) => void;
  /** Told that the connection to the parent is lost, however far the end of this actor has come. */
  readonly onOrphaned?: () => void;
  /** Told of what a function threw that another actor has called; what it returns is waited for. */
  readonly onError?: (error: unknown, name: string) => Promise<void>;
}

/** See the module. */
export class ActorRuntime implements PortalOwner {
  readonly host: ActorHost;
  readonly self: Identity;
  readonly lifetime: LifetimeStack = new LifetimeStack();
  /** Those below it, and itself. */
  readonly registry: Registry = new Registry();
  /** Crashes that are inspected, here and below. */
  readonly held: InspectedCrashes;
  /** The modules whose functions others may call. */
  modules: Modules = new Map();
  /** The connection to its parent; null for a root. */
  parent: Link | null = null;
  /** The cancel of the actor as a whole; null while nobody has cancelled it. */
  cancelledBy: CancelRequest | null = null;
  /** The instant at which the canceller of this actor will lose patience. */
  readonly deadline: Deadline = new Deadline();
  readonly #options: RuntimeOptions;
  readonly #connections: Connections;
  readonly #scope = new CancelScope();
  /** The connections that are told when this actor is over. */
  readonly #awaitingEnd = new Set<Link>();
  readonly #ready = new Event();
  #serving: Nursery | null = null;
  /** Whether all has been told to others that there is to tell. */
  #isOver = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.host = options.host;
    this.self = options.self;
    this.registry.add(options.self, null);
    this.held = new InspectedCrashes((isAnyHeld) => {
      for (const link of this.#connections.links) link.hold(isAnyHeld);
      options.onHeld?.(isAnyHeld);
    });
    this.#connections = new Connections({
      ...options,
      canceller: () => this.cancelledBy?.canceller ?? null,
      linkOptions: (link) => ({
        onStart: (dialog, payload) => this.#serve(dialog, payload, link()),
        onCancelActor: (request) => this.#cancelFromOutside(request, link()),
        onLost: () => this.#forget(link()),
      }),
    });
  }

  /** Where it listens. */
  get addresses(): readonly string[] {
    return this.#connections.addresses;
  }

  /** Whether `run` has come to where connections are taken. */
  get isReady(): boolean {
    return this.#ready.isSet;
  }

  /** Waits until `run` has come to where connections are taken. */
  async ready(): Promise<void> {
    await this.#ready.wait();
  }

  /** Is an actor for as long as `main` runs; returns when all that it has started is over and everybody was told. */
  async run<T>(main: () => Promise<T>): Promise<T | undefined> {
    return await this.#connections.run(async () => {
      try {
        return await this.#scope.run(() => this.#serveDuring(main));
      } finally {
        await new CancelScope({ shield: true }).run(() => this.#end());
      }
    });
  }

  /**
   * Starts a task that belongs to the actor as a whole: it is cancelled when the actor ends, and can still reach others then.
   *
   * @throws {NoActor} If the actor is over.
   */
  startService(name: string, body: () => Promise<void>): void {
    if (this.#serving === null) throw new NoActor(`Cannot start ${name}: this actor is over`);
    this.#serving.startSoon(body, { name });
  }

  /** Cancels everything that this actor does, on behalf of the first that asks. */
  cancel(request: CancelRequest): void {
    if (request.withinMs !== null) {
      this.deadline.shorten(after(this.host.clock.now(), request.withinMs));
    }
    if (this.cancelledBy !== null) return;
    this.cancelledBy = request;
    for (const link of this.#connections.links) link.canceller = request.canceller;
    this.#scope.cancel(request.reason ?? undefined);
  }

  /** Holds a crash of this actor, or of one below it, until the caller is cancelled. */
  async holdCrash(crash: HeldCrash): Promise<void> {
    await this.held.during(crash, async () => {
      if (this.parent !== null) await builtinsAt(this, this.parent).holdCrash(crash);
      else await this.#options.desk?.hold(crash);
    });
  }

  /** Waits for a child with this token, which may connect from now on. The returned function ends that. */
  expect(token: string, expected: Expected): () => void {
    return this.#connections.expect(token, expected);
  }

  /** Takes a connection that anybody with access may have made, on which nothing was said yet but the bytes in `reader`. */
  adopt(connection: Connection, reader: FrameReader, options: AdoptOptions = {}): void {
    this.#connections.adopt(connection, reader, options);
  }

  /**
   * Connects to an actor; a connection that is there already is shared.
   *
   * @throws {TransportClosed} If nobody answers there who speaks the protocol.
   */
  async connect(address: string, tls: TlsCredentials | null = null): Promise<Link> {
    return await this.#connections.connect(address, tls);
  }

  /** Goes on with the connection to the parent of this actor. */
  joinParent(begun: GreetedConnection): Link {
    this.parent = this.#connections.join(begun);
    return this.parent;
  }

  async cancelActor(link: Link, reason: string | null, timeoutMs: number): Promise<void> {
    if (link.lost !== null) return;
    const dialog = link.actorDialog();
    dialog.requestCancel(reason, timeoutMs);
    // Nothing cancels a cancel: the other side has heard of it, and its end is to be seen.
    await new CancelScope({ shield: true }).run(() =>
      moveOnAfter(timeoutMs, async () => {
        await dialog.until("end of an actor", () => dialog.final !== null);
        if (!isRefusal(dialog)) await link.closed();
      })
    );
    if (isRefusal(dialog)) dialog.result();
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
        // Requests are answered as cancelled from now on.
        this.#serving = null;
      }
      serving.cancelScope.cancel("the actor is over");
    }, { collapse: true });
    return value as T;
  }

  #forget(link: Link): void {
    this.#awaitingEnd.delete(link);
    if (link === this.parent && !this.#isOver) this.#options.onOrphaned?.();
    for (const id of this.registry.removeVia(link)) this.#tellParent("unregister", id);
  }

  /** Passes a change of the registry on, so that the root knows of it. */
  #tellParent(what: "unregister", id: string): void {
    const { parent } = this;
    if (parent === null || parent.lost !== null || this.#serving === null) return;
    try {
      parent.open(encodeStart({ style: "call", module: BUILTIN_MODULE, name: what, args: [id] }));
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
    if (!this.#options.isCancellable) {
      const refusal = `Actor "${this.self.path}" is a program of its own, which others cannot end`;
      return new Dialog(ACTOR_DIALOG, link).sendError(new ProtocolError(refusal));
    }
    this.#awaitingEnd.add(link);
    // For its parent an actor that another one has ended is none that has died.
    if (this.parent !== null) this.#awaitingEnd.add(this.parent);
    this.cancel(request);
  }

  async #end(): Promise<void> {
    this.#connections.stopListening();
    let failure: { readonly error: unknown } | null = null;
    try {
      await this.lifetime.run();
    } catch (error) {
      failure = { error };
    }
    for (const link of this.#awaitingEnd) {
      const dialog = new Dialog(ACTOR_DIALOG, link);
      if (failure !== null) dialog.sendError(failure.error);
      else dialog.sendCancelAck(this.#canceller());
    }
    this.#isOver = true;
    if (failure !== null) throw failure.error;
  }
}

/** Whether the other side said no, or has failed at its end: then it says so, and goes on or is gone. */
function isRefusal({ final }: Dialog): boolean {
  return final?.how === "failed" && final.error instanceof RemoteActorError;
}
