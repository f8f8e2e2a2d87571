/** Explanations of nodes, with the places of the keys that say so. */
import { maskerFor } from "../config/mask.ts";
import { MOST_BYTES } from "../config/text/decode_text.ts";
import { keyFinder, type KeyLocation } from "../config/toml/key_location.ts";
import type { NodeId } from "../config/plan.ts";
import type { Engine } from "../engine/engine.ts";
import { explainNode, type Explanation } from "../explanation/explanation.ts";
import type { Living } from "../explanation/present.ts";
import { keysOf } from "../explanation/keys_of.ts";
import { isHalted, isStuck } from "../host/alive.ts";
import { FileError } from "../host/ports/files.ts";
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
  /** The files of the tree whose texts are others by now than those that it goes by. */
  readonly changedFiles: readonly string[];
}

/** A forecast takes time, and more would hold up the tree. */
const MOST = 50;

/** The explanations of some nodes, in their order, fifty at most. @param texts The file that the tree goes by, with what it includes. */
export function explained(
  engine: ExplainSource,
  { clock, wallClock, files }: Pick<Host, "clock" | "wallClock" | "files">,
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
  const { source } = maskerFor(state.plan);
  const changedFiles = [...texts].filter(([file, text]) => textOf(files, file, source) !== text).map((
    [file],
  ) => file);
  return { actors, more: nodes.length - actors.length, changedFiles };
}

/** The text of a file as it is shown; null if it cannot be read, or is longer than a configuration may be. */
function textOf(files: Host["files"], file: string, shown: (text: string) => string): string | null {
  try {
    const text = files.readText(file, MOST_BYTES);
    return text === null ? null : shown(text);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return null;
  }
}

function livingOf(path: NodeId, row: ProcessRow): Living {
  return { path, pid: row.pid, name: row.name, isStill: isStuck(row) || isHalted(row) };
}
