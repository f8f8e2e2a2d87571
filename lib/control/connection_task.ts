/**
 * One client's connection, from its first byte to its last. Anything that a client sends, or does not read, ends its own
 * connection at the worst, and never its neighbours or the tree.
 */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Connection, Peer } from "../host/ports/sockets.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { type Nursery, openNursery } from "../scope/nursery.ts";
import { sleep } from "../scope/sleep.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import { FrameError } from "../wire/frame_splitter.ts";
import { encodeFrame, FrameDecoder } from "../wire/frames.ts";
import { Outbox } from "./outbox.ts";
import { VERSION } from "../base/version.ts";
import { otherVersion } from "./other_version.ts";
import {
  ANSWERED_WITH_JSON,
  CORE,
  PROTOCOL_VERSION,
  REQUEST_LIMITS,
  type RequestMessage,
} from "./protocol.ts";
import { readEnvelope, readRequest } from "./requests.ts";
import type { Service, Session } from "./service.ts";
import { toWireError } from "./wire_error.ts";

/** How many requests of one client may be open. */
const MOST_OPEN = 1_000;
/** How long the rest of a request may take to come: until then its bytes are kept. */
const FRAME_MS = 30_000;

/** See the module. */
export class ConnectionTask {
  readonly #connection: Connection;
  readonly #service: Service;
  readonly #begun: Uint8Array;
  readonly #outbox: Outbox;
  #open = 0;
  /** Of a client that speaks another protocol: its version, null if it has none; undefined for any other. */
  #otherVersion: string | null | undefined = undefined;
  #finishing = false;
  readonly #farewells: (() => Promise<void>)[] = [];
  /** Whether the tree is to end with this connection. */
  isOwner = false;

  /** @param begun What was read of the connection before. */
  constructor(connection: Connection, service: Service, begun: Uint8Array) {
    this.#connection = connection;
    this.#service = service;
    this.#begun = begun;
    this.#outbox = new Outbox(connection, () => service.recorded());
  }

  /** Serves until either side closes the connection. */
  async run(): Promise<void> {
    try {
      await openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await this.#outbox.run();
          nursery.cancelScope.cancel("nothing more can be sent");
        }, { name: "outbox" });
        await this.#receiveAll(nursery);
        nursery.cancelScope.cancel("the client is gone");
      });
    } finally {
      this.#connection.close();
      await new CancelScope({ shield: true }).run(() => Promise.all(this.#farewells.map((end) => end())));
    }
  }

  /** The process at the other end; null if the kernel does not say. */
  get peer(): Peer | null {
    return this.#connection.peer;
  }

  /** Tells the client why nothing more is answered, and ends. */
  dismiss(why: UserError): void {
    this.#outbox.reply({ id: 0, error: toWireError(why) });
    this.#outbox.finish();
  }

  /** Lets `run` end when the requests that are open are answered. */
  finish(): void {
    this.#finishing = true;
    if (this.#open === 0) this.#outbox.finish();
  }

  async #receiveAll(nursery: Nursery): Promise<void> {
    const decoder = new FrameDecoder(REQUEST_LIMITS);
    try {
      for (let bytes: Uint8Array | null = this.#begun; bytes !== null;) {
        // A look for one of the requests that have come by now serves all of them.
        const arrival = this.#service.arrival;
        let isFirst = true;
        for (const value of decoder.push(bytes)) {
          // One request of each client is begun at a time, and none while answers wait that the client does not read.
          if (!isFirst) await sleep(0);
          await this.#outbox.room();
          this.#receive(value, arrival, nursery);
          isFirst = false;
        }
        bytes = await this.#read(decoder.isInside);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      // The bytes that follow on this connection mean nothing any more; say why, as far as the other side listens.
      const refusal = toWireError(
        new UserError("control/bad-frame", error.message, { exitCode: ExitCode.usage }),
      );
      await fromPromise(this.#connection.write(encodeFrame({ id: 0, error: refusal })));
    }
  }

  /** @param isInside Whether a request has begun to come in. @throws {FrameError} If the rest of that does not come. */
  async #read(isInside: boolean): Promise<Uint8Array | null> {
    if (!isInside) return await fromPromise(this.#connection.read());
    const bytes = await moveOnAfter(FRAME_MS, () => fromPromise(this.#connection.read()));
    if (bytes !== undefined) return bytes;
    throw new FrameError(`A frame whose rest has not come within ${FRAME_MS / 1_000} s`);
  }

  #receive(value: unknown, arrival: number, nursery: Nursery): void {
    const message = readEnvelope(value);
    if (message === null) throw new FrameError("A frame that is no request: it needs an id and an op");
    if (this.#open >= MOST_OPEN) {
      const busy = new UserError(
        "control/busy",
        `More than ${MOST_OPEN} requests are open on this connection`,
      );
      return this.#outbox.reply({ id: message.id, error: toWireError(busy) });
    }
    this.#open += 1;
    nursery.startSoon(() => this.#answer(message, arrival), { name: message.op });
  }

  async #answer(message: RequestMessage, arrival: number): Promise<void> {
    const { id } = message;
    const session: Session = {
      arrival,
      peer: this.#connection.peer,
      follow: () => this.#outbox.follow(id),
      atEnd: (end) => this.#farewells.push(end),
      own: () => {
        this.isOwner = true;
      },
    };
    try {
      if (this.#otherVersion !== undefined && !CORE.has(message.op)) {
        throw otherVersion({ supervisor: VERSION, client: this.#otherVersion });
      }
      const request = readRequest(message);
      if (request.op === "hello" && request.protocol !== PROTOCOL_VERSION) {
        this.#otherVersion = request.version ?? null;
      }
      const result = await this.#service.handle(request, session);
      const isTable = ANSWERED_WITH_JSON.has(message.op);
      this.#outbox.reply(isTable ? { id, json: JSON.stringify(result) } : { id, result });
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      this.#outbox.reply({ id, error: toWireError(error) });
    } finally {
      this.#open -= 1;
      if (this.#finishing && this.#open === 0) this.#outbox.finish();
    }
  }
}
