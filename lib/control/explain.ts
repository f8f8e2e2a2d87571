/** Explanations of nodes, with the places of the keys that say so. */
import { keyFinder, type KeyLocation } from "../config/toml/key_location.ts";
import type { NodeId } from "../config/plan.ts";
import type { Engine } from "../engine/engine.ts";
import { explainNode, type Explanation, type Living } from "../explanation/explanation.ts";
import { keysOf } from "../explanation/keys_of.ts";
import { isHalted, isStuck } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessRow } from "../host/ports/processes.ts";

/** An explanation of one node. Texts are without secrets. */
export interface Explained extends Explanation {
  /** Where the file that the tree goes by sets the keys that count here; those that it does not set are left out. */
  readonly keys: readonly ({ readonly path: NodeId; readonly key: string } & KeyLocation)[];
}

/** The source of explanations. */
export type ExplainSource = Pick<Engine, "state" | "nextDate" | "processesOf">;

/** Explanations of the first of some nodes. */
export interface ExplainedNodes {
  readonly actors: readonly Explained[];
  /** How many more there are. */
  readonly more: number;
}

/** A forecast takes time, and more would hold up the tree. */
const MOST = 50;

/** The explanations of some nodes, in their order, fifty at most. @param texts The file that the tree goes by, with what it includes. */
export function explained(
  engine: ExplainSource,
  { clock, wallClock }: Pick<Host, "clock" | "wallClock">,
  texts: ReadonlyMap<string, string>,
  nodes: readonly NodeId[],
): ExplainedNodes {
  const { state, nextDate } = engine;
  const placeOf = keyFinder(texts);
  const living = (path: NodeId) => engine.processesOf(path).map((row) => livingOf(path, row));
  const present = { now: clock.now(), date: wallClock(), nextDate, living };
  const actors = nodes.slice(0, MOST).map((id) => {
    const explanation = explainNode(state, id, present);
    const keys = keysOf(explanation).flatMap(({ path, key }) => {
      const place = placeOf(path, key);
      return place === null ? [] : [{ path, key, ...place }];
    });
    return { ...explanation, keys };
  });
  return { actors, more: nodes.length - actors.length };
}

function livingOf(path: NodeId, row: ProcessRow): Living {
  return { path, pid: row.pid, name: row.name, isStill: isStuck(row) || isHalted(row) };
}
