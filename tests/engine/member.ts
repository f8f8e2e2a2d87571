/** A puppet that speaks the protocol of actors: what it says and hears, message by message. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/base/bytes.ts";
import { BUILTIN_MODULE, type Builtins } from "../../lib/actor/builtins.ts";
import type { HeldCrash } from "../../lib/actor/debug/crash_desk.ts";
import { encodeHello } from "../../lib/actor/link/identity.ts";
import { type ActorSpawnSpec, readSpec } from "../../lib/actor/process/spawn_spec.ts";
import { encodeStart } from "../../lib/actor/dialog/start_request.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import type { Connection } from "../../lib/host/ports/sockets.ts";
import type { ErrorBox } from "../../lib/wire/error_box.ts";
import { FrameSplitter } from "../../lib/wire/frame_splitter.ts";
import {
  ACTOR_DIALOG,
  ACTOR_PROTOCOL,
  decodeMessage,
  encodeMessage,
  Kind,
  MAX_FRAME_BYTES,
  type Message,
} from "../../lib/wire/message.ts";
import { decodePayload, encodePayload } from "../../lib/wire/payload.ts";

/** An error with nothing in it but its type and its message. */
export function boxOf(type: string, message: string): ErrorBox {
  return { type, message, stack: null, properties: {}, cause: null, errors: null, path: ["actor"] };
}

/** See the module. */
export class Member {
  /** What it was told to be; null if it was refused. */
  readonly spec: ActorSpawnSpec | null;
  readonly #connection: Connection;
  readonly #identity: Readonly<Record<string, unknown>>;
  readonly #splitter: FrameSplitter;
  readonly #heard: Message[];

  private constructor(
    connection: Connection,
    identity: Readonly<Record<string, unknown>>,
    splitter: FrameSplitter,
    heard: Message[],
    spec: ActorSpawnSpec | null,
  ) {
    this.#connection = connection;
    this.#identity = identity;
    this.#splitter = splitter;
    this.#heard = heard;
    this.spec = spec;
  }

  /** Connects to the supervisor of the puppet and says hello, with the token of its run or another one. */
  static async join(machine: FakeMachine, self: Puppet, token = self.env["SUPERVISE_RUN"]!): Promise<Member> {
    const connection = await machine.host.sockets.connect(self.env["SUPERVISE_SOCKET"]!);
    assert.ok(connection !== null, "nobody listens");
    const actor = {
      id: `id-${self.pid}`,
      name: "actor",
      path: "actor",
      pid: self.pid,
      address: `@${self.pid}`,
    };
    const member = new Member(connection, actor, new FrameSplitter(MAX_FRAME_BYTES), [], null);
    member.#say(Kind.hello, ACTOR_PROTOCOL, encodeHello({ actor, token }));
    const answer = await member.#next();
    assert.equal(answer?.kind, Kind.hello);
    const start = await member.#next();
    if (start?.kind === Kind.bye) return member;
    assert.equal(start?.kind, Kind.start);
    const spec = readSpec(decodePayload(start!.payload!));
    const { name, path } = spec;
    return new Member(connection, { ...actor, name, path }, member.#splitter, member.#heard, spec);
  }

  /** Connects to the supervisor of a puppet without a token, as an actor that says that it is another. */
  static async visit(machine: FakeMachine, self: Puppet, path: string): Promise<Member> {
    const connection = await machine.host.sockets.connect(self.env["SUPERVISE_SOCKET"]!);
    assert.ok(connection !== null, "nobody listens");
    const actor = { id: `visitor-${self.pid}`, name: path, path, pid: self.pid, address: null };
    const member = new Member(connection, actor, new FrameSplitter(MAX_FRAME_BYTES), [], null);
    member.#say(Kind.hello, ACTOR_PROTOCOL, encodeHello({ actor, token: null }));
    assert.equal((await member.#next())?.kind, Kind.hello);
    return member;
  }

  /** Says that its modules are loaded. @param id What it calls itself by; its own, if not given. */
  loaded(id?: string): void {
    this.#say(Kind.started, 0, encodePayload(id === undefined ? this.#identity : { ...this.#identity, id }));
  }

  /** Says that its code has failed. */
  fails(box: ErrorBox): void {
    this.#say(Kind.error, 0, encodePayload(box));
  }

  /** Has a crash held, by a dialog of this number. */
  holds(crash: HeldCrash, dialog: number): void {
    this.asks("holdCrash", [crash], dialog);
  }

  /** Asks for what every actor answers to, by a dialog of this number. */
  asks(name: keyof Builtins, args: readonly unknown[], dialog: number): void {
    const start = encodeStart({ style: "call", module: BUILTIN_MODULE, name, args });
    this.#say(Kind.start, 0, start, dialog);
  }

  /** Lets the crash go. */
  letsGo(dialog: number): void {
    this.#say(Kind.cancel, 0, null, dialog);
  }

  /** Waits until a dialog is over; gives the kind of its end. */
  async ended(dialog: number): Promise<Kind> {
    for (let heard = await this.#next(); heard !== null; heard = await this.#next()) {
      if (heard.dialog === dialog && heard.kind !== Kind.hold) return heard.kind;
    }
    throw new Error("the connection has ended");
  }

  /** Says what means nothing. */
  async babble(): Promise<void> {
    await this.#connection.write(new TextEncoder().encode("no such protocol"));
  }

  /** Waits for a cancel; gives the milliseconds that it has. */
  async cancelled(): Promise<number> {
    for (let heard = await this.#next(); heard !== null; heard = await this.#next()) {
      if (heard.kind === Kind.cancel) return heard.number;
    }
    throw new Error("the connection has ended");
  }

  /** Lets go of the connection. */
  leave(): void {
    this.#connection.close();
  }

  #say(kind: Kind, number: number, payload: Uint8Array | null, dialog: number = ACTOR_DIALOG): void {
    void this.#connection.write(concatBytes(encodeMessage({ kind, dialog, number, payload })));
  }

  async #next(): Promise<Message | null> {
    while (this.#heard.length === 0) {
      const bytes = await this.#connection.read();
      if (bytes === null) return null;
      this.#heard.push(...this.#splitter.push(bytes).map(decodeMessage));
    }
    return this.#heard.shift()!;
  }
}
