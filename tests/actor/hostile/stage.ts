/**
 * An actor in memory, in virtual time, with whom everybody talks at once: a neighbour that keeps to the protocol, and raw
 * peers that do not. At the end of every test the neighbour must have got all its answers, and nothing may be left over.
 */
import assert from "node:assert/strict";
import { context } from "../../../lib/actor/dialog/exposed.ts";
import type { Link } from "../../../lib/actor/link/link.ts";
import { Portal } from "../../../lib/actor/dialog/portal.ts";
import { ActorRuntime } from "../../../lib/actor/runtime.ts";
import type { ServedContext } from "../../../lib/actor/dialog/served_context.ts";
import { fromPromise } from "../../../lib/bridge/from_promise.ts";
import { connectionPair, type PairOptions } from "../../../lib/host/fake/connection_pair.ts";
import { FakeMachine } from "../../../lib/host/fake/fake_machine.ts";
import type { Host } from "../../../lib/host/ports/host.ts";
import type { Connection, Sockets } from "../../../lib/host/ports/sockets.ts";
import { type Nursery, openNursery } from "../../../lib/scope/nursery.ts";
import { sleepForever } from "../../../lib/scope/sleep.ts";
import { runVirtual, type VirtualRunOptions } from "../../../lib/testing/run_virtual.ts";
import { Kind } from "../../../lib/wire/message.ts";
import { RawPeer } from "./raw_peer.ts";

/** The user whose actors these are. */
export const OWN_UID = 1_000;

/** What the actor serves. */
export const SERVED = {
  add: (a: number, b: number) => a + b,
  fail: () => {
    throw new RangeError("as asked");
  },
  giveFunction: () => () => {},
  giveBytes: (length: number) => new Uint8Array(length),
  hang: () => sleepForever(),
  async *count(last: number) {
    for (let i = 1; i <= last; i++) yield i;
  },
  /** Sends back twice what it receives. */
  double: context(async (ctx: ServedContext<string, number, number>) => {
    await ctx.started("ready");
    await ctx.openStream(async (stream) => {
      for await (const value of stream) await stream.send(2 * value);
    });
    return "done";
  }),
  /** Starts, and never looks at what it is sent. */
  ignore: context(async (ctx: ServedContext<null>) => {
    await ctx.started(null);
    await sleepForever();
  }),
};

/** See the module. */
export class Stage {
  readonly host: Host;
  readonly victim: ActorRuntime;
  readonly neighbour: ActorRuntime;
  readonly nursery: Nursery;
  readonly #machine: FakeMachine;
  readonly #listening = new Map<string, (connection: Connection) => void>();
  readonly #pairs = new Map<string, PairOptions>();
  #dialled = 0;
  #seed = 0;

  constructor(machine: FakeMachine, nursery: Nursery) {
    this.#machine = machine;
    this.nursery = nursery;
    this.host = { ...machine.host, sockets: this.#sockets(), randomSeed: () => this.#seed++ };
    this.victim = this.#actor("victim");
    this.victim.modules = new Map([["", SERVED]]);
    this.neighbour = this.#actor("neighbour");
  }

  /** Connects by hand to the victim. */
  connect(options: PairOptions = {}): RawPeer {
    const [here, there] = connectionPair({ peer: { pid: 1, uid: OWN_UID }, ...options });
    this.#listening.get("@victim")!(there);
    return new RawPeer(here);
  }

  /** Connects by hand, and greets. */
  async greet(options: PairOptions = {}): Promise<RawPeer> {
    const peer = this.connect(options);
    peer.hello();
    await peer.expect(Kind.hello, 0);
    return peer;
  }

  /** Listens by hand; each who connects is handed to `onPeer`. */
  listen(address: string, onPeer: (peer: RawPeer) => void, options: PairOptions = {}): void {
    this.#listening.set(address, (connection) => onPeer(new RawPeer(connection)));
    this.#pairs.set(address, options);
  }

  /** Lets the victim connect to a raw peer, which greets: the connection as each of them has it. */
  async dial(options: PairOptions = {}): Promise<{ readonly link: Link; readonly peer: RawPeer }> {
    const address = `@raw${this.#dialled++}`;
    const accepted = Promise.withResolvers<RawPeer>();
    this.listen(address, (peer) => {
      peer.hello();
      accepted.resolve(peer);
    }, options);
    const link = await this.victim.connect(address);
    const peer = await fromPromise(accepted.promise);
    await peer.expect(Kind.hello, 0);
    return { link, peer };
  }

  /** Who talks to the victim as one should. */
  async portal(): Promise<Portal<typeof SERVED>> {
    return new Portal<typeof SERVED>(await this.neighbour.connect("@victim"), this.neighbour);
  }

  /** The victim still does what others ask of it. */
  async assertServes(): Promise<void> {
    assert.equal(await (await this.portal()).call.add(1, 2), 3);
  }

  #actor(name: string): ActorRuntime {
    const self = {
      id: this.#machine.host.digest(name).slice(0, 32),
      name,
      path: name,
      pid: 1,
      address: `@${name}`,
    };
    return new ActorRuntime({ host: this.host, self, uids: new Set([OWN_UID]), isCancellable: false });
  }

  #sockets(): Sockets {
    return {
      ...this.#machine.host.sockets,
      listen: (address, onConnection) => {
        this.#listening.set(address, onConnection);
        return Promise.resolve({ close: () => void this.#listening.delete(address) });
      },
      connect: (address) => {
        const accept = this.#listening.get(address);
        if (accept === undefined) return Promise.resolve(null);
        const options = this.#pairs.get(address) ?? {};
        const [here, there] = connectionPair({ peer: { pid: 1, uid: OWN_UID }, ...options });
        accept(there);
        return Promise.resolve(here);
      },
    };
  }
}

/** Runs a test on a stage of its own. */
export function onStage(
  body: (stage: Stage) => Promise<void>,
  options: VirtualRunOptions = {},
): Promise<void> {
  return runVirtual((clock) =>
    openNursery(async (nursery) => {
      const stage = new Stage(new FakeMachine(clock), nursery);
      for (const actor of [stage.victim, stage.neighbour]) {
        nursery.startSoon(() => actor.run(sleepForever), { name: actor.self.name });
        await actor.ready();
      }
      await body(stage);
      await stage.assertServes();
      nursery.cancelScope.cancel("the test is over");
    }, { collapse: true }), options);
}
