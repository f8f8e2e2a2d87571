/**
 * Runs a function for another actor, in a task of its own. Any failure there ends its dialog and is told to the
 * other side; it never ends this actor.
 */
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { sleepForever } from "../../scope/sleep.ts";
import { Kind } from "../../wire/message.ts";
import { encodePayload } from "../../wire/payload.ts";
import type { Dialog } from "./dialog.ts";
import { type Canceller, ProtocolError } from "../errors.ts";
import type { Exposed } from "./exposed.ts";
import { sendGenerated } from "./send_generated.ts";
import { ServedContext } from "./served_context.ts";
import { readStart } from "./start_request.ts";

/** The parts of an actor that serve requests. */
export interface ServeOptions {
  /** @throws {NotExposed} */
  readonly find: (module: string, name: string) => Exposed;
  /** The canceller of this actor as a whole; asked when a task was cancelled without its caller having done so. */
  readonly canceller: () => Canceller;
  /** Told of what a function threw, before it is sent; what is returned is waited for. */
  readonly onError?: (error: unknown, name: string) => Promise<void>;
}

/** See the module. Returns when the dialog has ended. */
export async function serveDialog(dialog: Dialog, payload: Uint8Array, options: ServeOptions): Promise<void> {
  const scope = new CancelScope();
  dialog.onCancel = () => scope.cancel(dialog.cancelRequest?.reason ?? undefined);
  if (dialog.cancelRequest !== null || dialog.final !== null) dialog.onCancel();
  let end = () => {
    const { final, cancelRequest } = dialog;
    if (final?.how === "failed") dialog.sendError(final.error);
    else dialog.sendCancelAck(cancelRequest ?? options.canceller());
  };
  // The answer waits for room whatever it is: who asks and does not read holds its own dialogs up.
  try {
    const result = await scope.run(() => answer(dialog, payload, scope, options));
    if (!scope.cancelledCaught) end = () => dialog.sendReturn(result!);
    if (!dialog.link.hasRoom) await dialog.link.room();
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    end = () => dialog.sendError(error);
    if (!dialog.link.hasRoom) await dialog.link.room();
  } finally {
    dialog.onCancel = null;
    end();
  }
}

async function answer(
  dialog: Dialog,
  payload: Uint8Array,
  scope: CancelScope,
  options: ServeOptions,
): Promise<Uint8Array> {
  const { style, module, name, args } = readStart(payload, dialog.link.memory);
  const exposed = options.find(module, name);
  if (exposed.style !== style) {
    throw new TypeError(`"${exposed.name}" is a ${exposed.style}, and was started as a ${style}`);
  }
  try {
    const { checks, body } = exposed;
    const values = checks.args === null ? args : await checks.args(args);
    const result = style === "call" ? await body(...values) : await converse(dialog, exposed, values, scope);
    return encodePayload(checks.result === null ? result : await checks.result(result));
  } catch (error) {
    if (!(error instanceof Cancelled)) await options.onError?.(error, exposed.name);
    throw error;
  }
}

/** Runs what is more than a call. */
async function converse(
  dialog: Dialog,
  { style, name, body, checks }: Exposed,
  args: readonly unknown[],
  scope: CancelScope,
): Promise<unknown> {
  dialog.send(Kind.startAck, dialog.granted);
  if (style === "stream") {
    return await sendGenerated(dialog, body(...args) as AsyncIterable<unknown>, checks.sends);
  }
  const context = new ServedContext(dialog, scope, checks);
  const result = await body(context, ...args);
  // A side that cancels itself need not come to another checkpoint to be cancelled.
  if (scope.cancelCalled && dialog.cancelRequest?.canceller?.id === dialog.link.self.id) await sleepForever();
  if (!context.hasStarted) throw new ProtocolError(`"${name}" returned without having called started()`);
  return result;
}
