/** A context, as the function sees it that was opened. */
import { Kind } from "../../wire/message.ts";
import { encodePayload } from "../../wire/payload.ts";
import type { CancelScope } from "../../scope/cancel_scope.ts";
import { checked } from "./check_value.ts";
import type { Dialog } from "./dialog.ts";
import type { ActorId } from "../errors.ts";
import type { Checks } from "./checks.ts";
import { MsgStream, type StreamOptions, withStream } from "./msg_stream.ts";

/** See the module. `Started` is what it starts with, `Sends` and `Receives` what goes over its stream, as seen from here. */
export class ServedContext<Started = void, Sends = unknown, Receives = unknown> {
  readonly #dialog: Dialog;
  readonly #scope: CancelScope;
  readonly #checks: Checks;
  #hasStarted = false;
  #stream: MsgStream<Receives, Sends> | null = null;

  /** @internal */
  constructor(dialog: Dialog, scope: CancelScope, checks: Checks) {
    this.#dialog = dialog;
    this.#scope = scope;
    this.#checks = checks;
  }

  /** The actor that has opened it. */
  get caller(): ActorId {
    return this.#dialog.link.peer;
  }

  /** @internal */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /**
   * Lets the other side go on, with a value.
   *
   * @throws {TypeError} The second time.
   */
  async started(value: Started): Promise<void> {
    if (this.#hasStarted) throw new TypeError("Cannot call started() twice in one context");
    const payload = encodePayload(await checked(this.#checks.started, value));
    this.#hasStarted = true;
    this.#dialog.send(Kind.started, 0, payload);
    await this.#dialog.link.room();
  }

  /**
   * Opens this side of the stream for as long as `body` runs. A context has one stream.
   *
   * @throws {TypeError} Before `started()`, or the second time.
   */
  async openStream<T>(
    body: (stream: MsgStream<Receives, Sends>) => T | Promise<T>,
    options: StreamOptions = {},
  ): Promise<T> {
    if (!this.#hasStarted) throw new TypeError("Cannot open a stream before started() was called");
    if (this.#stream !== null) throw new TypeError("Cannot open a stream twice in one context");
    const { sends, receives } = this.#checks;
    this.#stream = new MsgStream(this.#dialog, options, { outgoing: sends, incoming: receives });
    return await withStream(this.#stream, body);
  }

  /** Cancels this side; the other one is told that it cancelled itself. */
  cancel(reason?: string): void {
    this.#dialog.cancelRequest ??= {
      canceller: this.#dialog.link.self,
      reason: reason ?? null,
      withinMs: null,
    };
    this.#scope.cancel(reason);
  }
}
