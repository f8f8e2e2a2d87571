/** A question that users of supervisors ask, the tree that it is asked of, and the answer. */
import assert from "node:assert/strict";
import { instant } from "../../../lib/base/instant.ts";
import { type Painter, painter } from "../../../lib/cli/render/paint.ts";
import { renderExplanation, renderPast } from "../../../lib/cli/render/explanation.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import { keyFinder } from "../../../lib/config/toml/key_location.ts";
import { explainNode } from "../../../lib/explanation/explanation.ts";
import { endedAt, endOf, pastOf } from "../../../lib/explanation/past.ts";
import { readLine } from "../../../lib/simulation/script_text.ts";
import type { LineKind } from "../../../lib/simulation/script_text.ts";
import { SimulatedTree } from "../../../lib/simulation/simulated_tree.ts";
import type { TimedEntry } from "../../../lib/simulation/trace.ts";
import type { Asker } from "../../../lib/supervision/asker.ts";
import type { JournalEntry } from "../../../lib/supervision/journal_entry.ts";
import type { State } from "../../../lib/supervision/state.ts";
import { journalEntryOf } from "../../../lib/words/journal_entry_of.ts";
import { planOf } from "../../config/compiling.ts";
import { nextDate } from "../../harness/cron.ts";
import { World } from "../../harness/world.ts";

/** See the module. */
export interface Question {
  readonly asks: string;
  /** The tool whose users ask it, or the thread where one did: `OWNER/REPOSITORY#NUMBER` on GitHub. */
  readonly of: string;
  readonly toml: string;
  /** The node that is asked about; empty for the whole tree. */
  readonly path: string;
  /** What has befallen the tree: lines of a script until a time, or what a world is made to do. */
  readonly befell:
    | { readonly script: readonly (readonly [LineKind, string])[]; readonly atMs: number }
    | ((world: World) => void);
}

/** Somebody at a control socket. */
export const ADA: Asker = { uid: 1_000, user: "ada", pid: 4_711 };

/** The tree as it is asked about, and its journal. */
interface Asked {
  readonly state: State;
  readonly now: number;
  readonly date: number;
  readonly entries: readonly JournalEntry[];
}

/** The page that answers a question, on a terminal of 80 columns. */
export function answerTo(question: Question, paint: Painter = painter(false)): string {
  const { toml, path } = question;
  const { state, now, date, entries } = asked(question);
  if (state.outcome !== null) {
    const end = endOf(entries, path as NodeId)!;
    const past = pastOf(entries, [end.seq]);
    return renderPast(path, past, date - endedAt(entries)!, 80, paint);
  }
  const explanation = explainNode(state, path as NodeId, { now: instant(now), date, nextDate });
  const find = keyFinder(new Map([["/supervise.toml", toml]]));
  const placeOf = (of: string, key: string) => {
    const found = find(of, key);
    return found === null ? null : `supervise.toml:${found.line}`;
  };
  const past = pastOf(entries, [explanation.cause, ...explanation.rootCauses]);
  return renderExplanation(explanation, past, placeOf, 80, paint);
}

function asked({ toml, befell }: Question): Asked {
  const plan = planOf(toml);
  if (typeof befell !== "function") {
    const lines = befell.script.flatMap(([kind, text]) => {
      const read = readLine(plan, kind, text);
      assert.ok(read.ok, `${kind} ${text}: ${JSON.stringify(read)}`);
      return read.lines;
    });
    const tree = new SimulatedTree({ plan, script: lines, seed: 1 });
    const date0 = tree.date;
    tree.begin();
    tree.advanceTo(instant(befell.atMs));
    const entries = tree.trace().entries.map((entry) => journalEntryOf(entry, date0));
    return { state: tree.state, now: tree.now, date: tree.date, entries };
  }
  const world = new World(plan);
  const entries: TimedEntry[] = [];
  world.onStep = (_before, _event, now, { effects }) => {
    for (const effect of effects) if (effect.type === "record") entries.push({ ...effect.entry, atMs: now });
  };
  befell(world);
  return {
    state: world.state,
    now: world.now,
    date: world.date,
    entries: entries.map((entry) => journalEntryOf(entry, world.date0)),
  };
}
