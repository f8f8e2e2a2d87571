/**
 * Files that have changed, and what follows for the actor that watches them. Changes come in crowds, because editors write a
 * file in several steps and builds write many: so nothing is done before none has come for a while.
 */
import { after, earliest, NEVER } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { bringUp } from "./bring_up.ts";
import type { FilesChanged } from "./event.ts";
import { NO_FAILURES } from "./no_failures.ts";
import type { ActorState } from "./state.ts";
import { stopNode } from "./stopping.ts";
import type { Turn } from "./turn.ts";

/** How many debounces a crowd that does not end may take. */
const MOST_DEBOUNCES = 10;

/** How many files are remembered, and how many of them are named to people. */
const MOST_FILES = 100;
const MOST_NAMED = 8;

/** Takes changes to account. An actor that is not to run, or has yet to start, takes no notice: it starts with the files as they are. */
export function onFilesChanged(turn: Turn, { node: id, files }: FilesChanged): void {
  const node = turn.find(id);
  if (node?.kind !== "actor" || turn.place(id).isLeaving || !takesNotice(turn, node)) return;
  const { watch } = turn.actorSpec(id);
  if (watch === null) return;
  const before = node.filesChanged;
  const since = before?.since ?? turn.now;
  turn.setActor(id, {
    filesChanged: {
      since,
      until: earliest(after(turn.now, watch.debounceMs), after(since, MOST_DEBOUNCES * watch.debounceMs)),
      files: [...new Set([...before?.files ?? [], ...files])].slice(0, MOST_FILES),
    },
  });
}

/** Acts upon the changes of an actor, if none has come for long enough. They are done with whether it takes notice by now or not. */
export function onWatchTime(turn: Turn, id: NodeId): void {
  const node = turn.actor(id);
  const { filesChanged } = node;
  if (filesChanged === null || turn.now < filesChanged.until) return;
  turn.setActor(id, { filesChanged: null });
  const { watch } = turn.actorSpec(id);
  if (watch === null || !takesNotice(turn, node)) return;
  const { signal } = watch;
  const { files } = filesChanged;
  const named = { files: files.slice(0, MOST_NAMED), count: files.length };
  const cause = turn.record(id, "files_changed", null, { ...named, signal });
  if (signal === null) return restart(turn, node, cause);
  const { phase } = node;
  const isAlive = phase.at === "running" || (phase.at === "starting" && phase.pid !== null);
  if (isAlive) turn.emit({ type: "tell", node: id, run: phase.run, signal });
}

/** That somebody has changed a file is a new try: failures before it count for nothing. */
function restart(turn: Turn, { id, phase }: ActorState, cause: number): void {
  const isDown = phase.at === "failed" || phase.at === "completed";
  turn.set(id, NO_FAILURES);
  if (isDown) bringUp(turn, [id], { startDependencies: false, skipDependencies: false }, cause);
  else stopNode(turn, id, { to: "waiting" }, NEVER, cause);
}

/** Whether changes mean something to an actor: it runs or has ended, and neither its tree nor anybody else stops it. */
function takesNotice(turn: Turn, { id, phase, doom }: ActorState): boolean {
  if (turn.tree(turn.spec(id).parent!).phase.at !== "up") return false;
  switch (phase.at) {
    case "running":
    case "starting":
      return doom === null;
    case "backing_off":
    case "failed":
    case "completed":
      return true;
    default:
      return false;
  }
}
