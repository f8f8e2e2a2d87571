/** Tells people what is being waited for, while something takes long. */
import { describeDuration } from "../base/duration.ts";
import { nameSome } from "../base/name_some.ts";
import type { ControlClient } from "../control/client.ts";
import type { StatusRow } from "../control/protocol.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { currentTime, sleep } from "../scope/sleep.ts";
import type { Ui } from "./ui.ts";

/** A terminal is kept up to date; elsewhere a line now and then is enough. */
const LIVE_EVERY_MS = 250;
const LINE_AFTER_MS = 5_000;
const LINE_EVERY_MS = 10_000;
const MOST_NAMED = 3;

/** Whether a stop has to wait for an actor: its process is there, or what that has left. */
export function isGoing({ pid, state }: StatusRow): boolean {
  return pid !== null || state === "stopping";
}

/** Whether an actor has yet to come to where it is to be. */
export function isUnderWay({ state }: StatusRow): boolean {
  return state === "waiting" || state === "starting" || state === "backing_off" || state === "stopping";
}

/** Shows what `isPending` picks among the actors, until a cancel or the connection's end. */
export async function showProgress(
  ui: Ui,
  client: ControlClient,
  isPending: (row: StatusRow) => boolean,
): Promise<void> {
  if (ui.verbosity === "quiet" || ui.json) return;
  const start = currentTime();
  await sleep(ui.isLive ? LIVE_EVERY_MS : LINE_AFTER_MS);
  while (true) {
    const status = await fromPromise(client.request("status", { paths: [] }).catch(() => null));
    if (status === null) return;
    const pending = status.actors.filter((row) => row.kind !== "tree" && isPending(row));
    const text = describePending(pending, currentTime() - start);
    if (ui.isLive) await fromPromise(ui.live(text));
    else if (pending.length > 0) await fromPromise(ui.say(text));
    await sleep(ui.isLive ? LIVE_EVERY_MS : LINE_EVERY_MS);
  }
}

function describePending(pending: readonly StatusRow[], sinceMs: number): string {
  const names = pending.map(({ path, state, reason }) =>
    `${path} (${reason === null ? state : `${state}: ${reason}`})`
  );
  const what = names.length === 0 ? "the supervisor" : nameSome(names, MOST_NAMED);
  return `${describeDuration(sinceMs)}: waiting for ${what}`;
}
