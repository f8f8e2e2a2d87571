import type { Portal } from "../actor/dialog/portal.ts";

/**
 * Breaks the connection behind a portal, as a fault of the transport does: nothing more goes over it, neither way, and nobody
 * says goodbye. All that waits for the other side ends with `TransportClosed` in a moment. An actor whose parent it was takes
 * that for the death of the parent, and ends.
 *
 * @example See that a program takes the loss of an actor
 * ```ts
 * import assert from "node:assert/strict";
 * import { actorModule, openActorNursery, run, testing } from "supervise";
 *
 * const calculator = actorModule<typeof import("../examples/actors/calculator.ts")>("examples/actors/calculator.ts");
 *
 * await assert.rejects(run(() =>
 *   openActorNursery(async (nursery) => {
 *     const portal = await nursery.startActor("calculator", { module: calculator });
 *     testing.breakLink(portal);
 *     await portal.call.add(1, 2);
 *   })
 * ));
 * ```
 */
export function breakLink(portal: Pick<Portal, "breakLink">): void {
  portal.breakLink();
}
