/**
 * The words of a run, by any protocol, and their effects. Most of it is only kept for people; a run is
 * said to be ready by the probe that waits for that word, and not by this.
 */
import { after, earliest, latest } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import type { RunEvent } from "./event.ts";
import { onAlive, onBroken, onWatchdogChanged } from "./health.ts";
import { runTime } from "./run_time.ts";
import type { RunWord } from "./run_word.ts";
import type { Ladder } from "./stop_ladder.ts";
import type { Turn } from "./turn.ts";

/** A run that is there tells something of itself. */
export function onTold(turn: Turn, id: NodeId, { told }: RunEvent & { type: "told" }): void {
  switch (told.is) {
    case "alive":
      return onAlive(turn, id);
    case "broken":
      return onBroken(turn, id);
    case "watchdog":
      say(turn, id, { watchdog: { ms: told.ms } });
      return onWatchdogChanged(turn, id, told.ms);
    case "extend":
      return extend(turn, id, told.ms);
    case "main":
      return setPid(turn, id, told.pid);
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

/** The process is there on these rungs, and is asked to end. */
const ASKING: readonly Ladder["rung"][] = ["pre_stop", "command", "cancel", "signal"];

/**
 * A run that is being stopped asks for more time: it has that as far as the one that stops it has, and no longer than the teardown of
 * its tree would take. A run that asks again and again would never be stopped else.
 */
export function onToldWhileStopping(turn: Turn, id: NodeId, { told }: RunEvent & { type: "told" }): void {
  const { phase } = turn.actor(id);
  if (told.is !== "extend" || phase.at !== "stopping") return;
  const { ladder } = phase;
  if (!ASKING.includes(ladder.rung)) return;
  const { shutdownMs } = turn.treeSpec(phase.spec.parent!);
  const most = earliest(ladder.deadline, after(ladder.askedAt, shutdownMs));
  const killAt = latest(ladder.killAt, earliest(after(turn.now, told.ms), most));
  turn.setActor(id, { phase: { ...phase, ladder: { ...ladder, killAt } } });
}

/** It may take so long yet, whatever its limits are. */
function extend(turn: Turn, id: NodeId, ms: number): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "starting" && phase.at !== "running") return;
  say(turn, id, { extendedTo: after(runTime(phase, turn.now), ms) });
}

/** The main process is another one. Before its program runs there is none that could have said so. */
function setPid(turn: Turn, id: NodeId, pid: number): void {
  const { phase } = turn.actor(id);
  if (phase.at === "running") turn.setActor(id, { phase: { ...phase, pid } });
  else if (phase.at === "starting" && phase.pid !== null) turn.setActor(id, { phase: { ...phase, pid } });
}

function say(turn: Turn, id: NodeId, word: Partial<RunWord>): void {
  const { phase } = turn.actor(id);
  if (phase.at !== "starting" && phase.at !== "running") return;
  turn.setActor(id, { phase: { ...phase, word: { ...phase.word, ...word } } });
}
