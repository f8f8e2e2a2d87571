import assert from "node:assert/strict";
import type { MsgStream } from "../../../lib/actor/dialog/msg_stream.ts";
import type { Portal } from "../../../lib/actor/dialog/portal.ts";
import { type Nursery, openNursery } from "../../../lib/scope/nursery.ts";
import { moveOnAfter } from "../../../lib/scope/timeouts.ts";
import { Event } from "../../../lib/sync/event.ts";
import type { SERVED, Stage } from "./stage.ts";

/** What the neighbour has open all the time. */
interface Dialogs {
  readonly portal: Portal<typeof SERVED>;
  readonly doubled: MsgStream<number, number>;
  readonly counted: MsgStream<number, never>;
  asked: number;
}

const LAST = 1_000_000;

/**
 * Talks with the victim as one should while `body` runs: in a context with a stream both ways, to a generator, in a call
 * that takes all the time, and in short ones. Nothing of it may be disturbed.
 *
 * @param body Called with what looks whether everything still goes on.
 */
export async function besideNeighbour(
  stage: Stage,
  body: (assertUndisturbed: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const portal = await stage.portal();
  const isOver = new Event();
  await openNursery(async (nursery) => {
    const doubled = await openDouble(nursery, portal, isOver);
    const counted = await openCount(nursery, portal, isOver);
    const dialogs: Dialogs = { portal, doubled, counted, asked: 0 };
    nursery.startSoon(async () => {
      await moveOnAfter(1e9, () => portal.call.hang());
    }, { name: "long call" });
    await body(() => assertUndisturbed(dialogs));
    await assertUndisturbed(dialogs);
    isOver.set();
    nursery.cancelScope.cancel("it was long enough");
  }, { collapse: true });
}

function openDouble(
  nursery: Nursery,
  portal: Portal<typeof SERVED>,
  isOver: Event,
): Promise<MsgStream<number, number>> {
  return nursery.start<MsgStream<number, number>>((status) =>
    portal.openContext("double", [], (ctx) =>
      ctx.openStream(async (stream) => {
        status.started(stream);
        await isOver.wait();
      }))
  );
}

function openCount(
  nursery: Nursery,
  portal: Portal<typeof SERVED>,
  isOver: Event,
): Promise<MsgStream<number, never>> {
  return nursery.start<MsgStream<number, never>>((status) =>
    portal.openStreamFrom("count", [LAST], async (stream) => {
      status.started(stream);
      await isOver.wait();
    })
  );
}

async function assertUndisturbed(dialogs: Dialogs): Promise<void> {
  const { portal, doubled, counted } = dialogs;
  const asked = dialogs.asked += 1;
  assert.equal(await portal.call.add(asked, 1), asked + 1);
  await doubled.send(asked);
  assert.equal(await doubled.receive(), 2 * asked);
  assert.equal(await counted.receive(), asked);
}
