/** A puppet that has joined its supervisor as an actor: it says what a module says that serves until it is cancelled. */
import { encodeHello, type Identity } from "../actor/link/identity.ts";
import { readSpec } from "../actor/process/spawn_spec.ts";
import { concatBytes } from "../base/bytes.ts";
import { invariant } from "../base/invariant.ts";
import type { Puppet } from "../host/fake/puppet.ts";
import type { Host } from "../host/ports/host.ts";
import type { Connection } from "../host/ports/sockets.ts";
import { FrameSplitter } from "../wire/frame_splitter.ts";
import {
  ACTOR_DIALOG,
  ACTOR_PROTOCOL,
  decodeMessage,
  encodeMessage,
  Kind,
  MAX_FRAME_BYTES,
} from "../wire/message.ts";
import { decodePayload, encodePayload } from "../wire/payload.ts";

/** The news of its supervisor that it hears. */
export interface MemberHearer {
  readonly onCancel: () => void;
  /** The connection is lost. */
  readonly onLost: () => void;
}

/** See the module. */
export class MemberPuppet {
  readonly #connection: Connection;
  readonly #identity: Identity;
  readonly #hearer: MemberHearer;
  /** Its name and path, as its supervisor has them; null before it was told. */
  #orders: { readonly name: string; readonly path: string } | null = null;
  #isLoaded = false;

  private constructor(connection: Connection, identity: Identity, hearer: MemberHearer) {
    this.#connection = connection;
    this.#identity = identity;
    this.#hearer = hearer;
  }

  /** Joins. @param host The machine as the puppet sees it. */
  static async join(host: Host, { env, pid }: Puppet, hearer: MemberHearer): Promise<MemberPuppet> {
    const connection = await host.sockets.connect(env["SUPERVISE_SOCKET"]!);
    invariant(connection !== null, "a supervisor listens for its modules");
    const name = env["SUPERVISE_ACTOR"]!;
    const actor = { id: `puppet-${pid}`, name, path: name, pid, address: `@puppet-${pid}` };
    const member = new MemberPuppet(connection, actor, hearer);
    member.#say(Kind.hello, ACTOR_PROTOCOL, encodeHello({ actor, token: env["SUPERVISE_RUN"]! }));
    void member.#hear();
    return member;
  }

  /** Says that its modules are loaded, as soon as it was told what it is. */
  loaded(): void {
    this.#isLoaded = true;
    if (this.#orders !== null) {
      this.#say(Kind.started, 0, encodePayload({ ...this.#identity, ...this.#orders }));
    }
  }

  async #hear(): Promise<void> {
    const splitter = new FrameSplitter(MAX_FRAME_BYTES);
    for (let bytes = await this.#connection.read(); bytes !== null; bytes = await this.#connection.read()) {
      for (const { kind, dialog, payload } of splitter.push(bytes).map(decodeMessage)) {
        if (dialog !== ACTOR_DIALOG) continue;
        if (kind === Kind.cancel) this.#hearer.onCancel();
        if (kind !== Kind.start) continue;
        const { name, path } = readSpec(decodePayload(payload!));
        this.#orders = { name, path };
        if (this.#isLoaded) this.loaded();
      }
    }
    this.#hearer.onLost();
  }

  #say(kind: Kind, number: number, payload: Uint8Array | null): void {
    void this.#connection.write(concatBytes(encodeMessage({ kind, dialog: ACTOR_DIALOG, number, payload })));
  }
}
