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

/** A goal that somebody waits for. */
export interface Awaited {
  readonly isPending: (row: StatusRow) => boolean;
  /** Selectors of the actors that count. @default All */
  readonly paths?: readonly string[];
}

/** Shows what is pending among the actors, until a cancel or the connection's end. */
export async function showProgress(
  ui: Ui,
  client: ControlClient,
  { isPending, paths = [] }: Awaited,
): Promise<void> {
  if (ui.verbosity === "quiet" || ui.json) return;
  const start = currentTime();
  await sleep(ui.isLive ? LIVE_EVERY_MS : LINE_AFTER_MS);
  while (true) {
    const status = await fromPromise(client.request("status", { paths }).catch(() => null));
    if (status === null) return;
    const rows = status.actors.filter(({ kind }) => kind !== "tree");
    const text = describePending(rows, isPending, currentTime() - start);
    if (ui.isLive) await fromPromise(ui.live(text));
    else if (rows.some(isPending)) await fromPromise(ui.say(text));
    await sleep(ui.isLive ? LIVE_EVERY_MS : LINE_EVERY_MS);
  }
}

/** Those that are at something are named first: others wait for them, and are counted. */
export function describePending(
  rows: readonly StatusRow[],
  isPending: (row: StatusRow) => boolean,
  sinceMs: number,
): string {
  const pending = rows.filter(isPending);
  const waiting = pending.filter(({ state }) => state === "waiting");
  // A one-shot at its work is where it is to be, and others may wait for its end.
  const isAwaited = ({ state, daemon }: StatusRow) => state === "running" && !daemon && waiting.length > 0;
  const busy = rows.filter((row) => row.state !== "waiting" && (isPending(row) || isAwaited(row)));
  const names = (busy.length > 0 ? busy : waiting).map(({ path, state, reason }) =>
    `${path} (${reason === null ? state : `${state}: ${reason}`})`
  );
  const what = names.length === 0 ? "the supervisor" : nameSome(names, MOST_NAMED);
  const others = busy.length > 0 && waiting.length > 0 ? `; ${waiting.length} more wait` : "";
  return `${describeDuration(sinceMs)}: waiting for ${what}${others}`;
}
