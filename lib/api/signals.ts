import type { Signal } from "../base/signals.ts";
import { receiveSignals, type SignalReceiver } from "../program/signal_receiver.ts";
import { thisProgram } from "./system.ts";

/**
 * Receives signals for as long as `body` runs, instead of what they would do otherwise. None is lost: one that comes twice
 * before it is received counts once, and what was not received when `body` ends is sent to this program again. Follows
 * Trio's `open_signal_receiver`.
 *
 * @returns What `body` returned.
 * @throws {TypeError} If no signal is named.
 *
 * @example Reload at SIGHUP
 * ```ts
 * import process from "node:process";
 * import { openSignalReceiver, run } from "supervise";
 *
 * await run(() =>
 *   openSignalReceiver(["SIGHUP"], async (signals) => {
 *     process.kill(process.pid, "SIGHUP");
 *     console.log(await signals.receive()); // SIGHUP
 *   })
 * );
 * ```
 */
export async function openSignalReceiver<T>(
  signals: readonly Signal[],
  body: (receiver: SignalReceiver) => T | Promise<T>,
): Promise<T> {
  return await receiveSignals(thisProgram(), signals, body);
}
