/**
 * The recovery that the rules of a tree come to: the same plan on a virtual clock, in which one actor is killed when all is
 * well, with starts that last as long as those of this tree did. PURE.
 */
import { instant } from "../base/instant.ts";
import { median } from "../base/median.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import type { JournalEntry } from "../supervision/journal_entry.ts";
import { historyOf } from "../simulation/history.ts";
import type { ScriptLine } from "../simulation/script.ts";
import { SimulatedTree } from "../simulation/simulated_tree.ts";
import { glanceAt } from "../supervision/view.ts";
import { isWell } from "./wellness.ts";

/** How long starts, and whole runs of tasks, last: the medians of what was seen. */
export type Durations = readonly ScriptLine[];

/** The death of an actor that is to be computed. */
export interface ComputedDeath {
  readonly path: NodeId;
  /** How long the runs that were killed one after the other have lived, the last one last; at least one. */
  readonly livesMs: readonly number[];
}

/** When the first run is killed: whatever starts has started long before. */
const FIRST_DEATH_MS = 3_600_000;
/** A simulation that is not well by then never is. */
const LONGEST_MS = 3_600_000;

/** Durations that a journal tells. @param entries Those of any number of lives of the tree. */
export function durationsIn(plan: Plan, entries: readonly JournalEntry[]): Durations {
  const runs = { from: 1, count: Infinity };
  return [...historyOf(entries, plan, -Infinity).actors].flatMap(([path, { readyMs, taskMs }]): Durations => {
    const [ready, lasts] = [median(readyMs), median(taskMs)];
    return [
      ...(ready === null ? [] : [{ kind: "slow" as const, path, runs, ms: Math.round(ready) }]),
      ...(lasts === null ? [] : [{ kind: "lasts" as const, path, runs, ms: Math.round(lasts) }]),
    ];
  });
}

/** From the last death until all is well again, in milliseconds; null if that never is so. */
export function computedRecovery(
  plan: Plan,
  durations: Durations,
  base: ReadonlySet<string>,
  { path, livesMs }: ComputedDeath,
): number | null {
  const deaths = livesMs.map((lifeMs, index): ScriptLine => ({
    kind: "exit",
    path,
    runs: { from: index + 1, count: 1 },
    atMs: index === 0 ? FIRST_DEATH_MS : lifeMs,
    how: "SIGKILL",
  }));
  const tree = new SimulatedTree({ plan, script: [...durations, ...deaths] });
  tree.begin();
  let diedAt: number | null = null;
  const until = instant(FIRST_DEATH_MS + livesMs.reduce((sum, ms) => sum + ms, 0) + LONGEST_MS);
  const isAllWell = () =>
    [...tree.state.nodes.values()].every((node) =>
      node.kind === "tree" || !base.has(node.id) || isWell(glanceAt(tree.state, node))
    );
  let seen = 0;
  let exits = 0;
  while (tree.state.outcome === null && tree.next(until)) {
    const { entries } = tree.trace();
    for (; seen < entries.length; seen++) {
      const { event, node, atMs } = entries[seen]!;
      if (event === "exited" && node === path && ++exits === livesMs.length) diedAt = atMs;
    }
    if (diedAt !== null && isAllWell()) return tree.now - diedAt;
  }
  return null;
}
