/** What actors that have failed have said last, told with the reason. */
import { fromPromise } from "../bridge/from_promise.ts";
import { maskerFor } from "../config/mask.ts";
import type { Plan } from "../config/plan.ts";
import type { ControlClient } from "../control/client.ts";
import type { NodeDetails } from "../control/details.ts";
import type { StatusRow } from "../control/protocol.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import { readTail, TAIL_LINES } from "../engine/logs/log_tail.ts";
import type { Files } from "../host/ports/files.ts";
import { printable } from "./render/printable.ts";
import { tailLines } from "./render/tail.ts";
import type { Ui } from "./ui.ts";

/** How many actors are told of: the first to fail, as a rule, is the one to look at. */
const MOST_TOLD = 3;

/** What one actor has said. */
export interface LastWords {
  readonly path: string;
  readonly lines: NodeDetails["lastLines"];
}

/** Those of actors that have failed by themselves, as their supervisor knows them; none if it does not answer any more. */
export async function lastWordsOf(
  client: ControlClient,
  rows: readonly StatusRow[],
): Promise<readonly LastWords[]> {
  const paths = rows.filter(({ kind, exit, error }) => kind !== "tree" && (exit !== null || error !== null))
    .map(({ path }) => path).slice(0, MOST_TOLD);
  if (paths.length === 0) return [];
  const asked = client.request("details", { paths }).then(({ actors }) => actors, () => []);
  return (await fromPromise(asked)).map(({ path, lastLines }) => ({ path, lines: lastLines }));
}

/** The same from the files of a tree that has ended. */
export async function keptLastWords(
  files: Files,
  folder: string,
  plan: Plan,
  paths: readonly string[],
): Promise<readonly LastWords[]> {
  const mask = maskerFor(plan).text;
  const told: LastWords[] = [];
  for (const path of paths.slice(-MOST_TOLD)) {
    const lines: readonly LogLine[] = await readTail(files, folder, { path, count: TAIL_LINES, mask });
    told.push({ path, lines });
  }
  return told;
}

/** Tells people. */
export async function tellLastWords(ui: Ui, words: readonly LastWords[], columns: number): Promise<void> {
  for (const { path, lines } of words) {
    if (lines.length === 0) continue;
    const texts = [`last lines of ${printable(path)}:`, ...tailLines(lines, columns, ui.err)];
    await fromPromise(ui.say(texts.join("\n")));
  }
}
