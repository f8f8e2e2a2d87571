/** What a run tells of itself, by whatever protocol, and what follows from that. */
import { after, earliest, type Instant, latest } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import type { RunEvent } from "./event.ts";
import { onAlive, onBroken, setWatchdog } from "./health.ts";
import type { Turn } from "./turn.ts";

/** One thing that a run says of itself. */
export type Told =
  /** It stops by itself. */
  | { readonly is: "stopping" }
  /** It reads its configuration anew, until it says that it is ready. */
  | { readonly is: "reloading" }
  | { readonly is: "ready" }
  /** For people. */
  | { readonly is: "status"; readonly text: string }
  /** It still works: its watchdog begins anew. */
  | { readonly is: "alive" }
  /** It has found out by itself that it does not. */
  | { readonly is: "broken" }
  /** Its watchdog has another time; null for none. */
  | { readonly is: "watchdog"; readonly ms: number | null }
  /** What it is doing takes so long yet: its start, its stop or its whole run. */
  | { readonly is: "extend"; readonly ms: number }
  /** Why it will fail, or has. */
  | { readonly is: "error"; readonly text: string };

/** What a run has told of itself so far. */
export interface RunWord {
  /** What it says that it is doing, beside serving. */
  readonly doing: "stopping" | "reloading" | null;
  /** For people; null if it has said nothing. */
  readonly status: string | null;
  readonly error: string | null;
  /** Until when it has asked for more time; null if it has not. */
  readonly extendedTo: Instant | null;
}

/** A run that has said nothing. */
export const NO_WORD: RunWord = { doing: null, status: null, error: null, extendedTo: null };

/** A run that is there tells something of itself. */
export function onTold(turn: Turn, id: NodeId, { told }: RunEvent & { type: "told" }): void {
  switch (told.is) {
    case "alive":
      return onAlive(turn, id);
    case "broken":
      return onBroken(turn, id);
    case "watchdog":
      return setWatchdog(turn, id, told.ms);
    case "extend":
      return say(turn, id, { extendedTo: after(turn.now, told.ms) });
    case "ready":
      return say(turn, id, { doing: null });
    case "stopping":
    case "reloading":
      return say(turn, id, { doing: told.is });
    case "status":
      return say(turn, id, { status: told.text === "" ? null : told.text });
    case "error":
      return say(turn, id, { error: told.text });
  }
}

/** A run that is being stopped asks for more time: it has that as far as whoever stops it has. */
export function onToldWhileStopping(turn: Turn, id: NodeId, { told }: RunEvent & { type: "told" }): void {
  const { phase } = turn.actor(id);
  if (told.is !== "extend" || phase.at !== "stopping") return;
  const { ladder } = phase;
  const isRunning = ["pre_stop", "command", "cancel", "signal"].includes(ladder.rung);
  if (!isRunning) return;
  const killAt = latest(ladder.killAt, earliest(after(turn.now, told.ms), ladder.deadline));
  turn.setActor(id, { phase: { ...phase, ladder: { ...ladder, killAt } } });
}

function say(turn: Turn, id: NodeId, word: Partial<RunWord>): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "starting" && phase.at !== "running") return;
  turn.setActor(id, { phase: { ...phase, word: { ...phase.word, ...word } } });
}
