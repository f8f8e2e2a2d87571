/** The last lines of actors that have failed, told with the reason. */
import { fromPromise } from "../bridge/from_promise.ts";
import { maskerFor } from "../config/mask.ts";
import type { Plan } from "../config/plan.ts";
import type { ControlClient } from "../control/client.ts";
import type { NodeDetails } from "../control/details.ts";
import type { StatusRow } from "../control/protocol.ts";
import { readTail, TAIL_LINES } from "../engine/logs/log_tail.ts";
import type { Files } from "../host/ports/files.ts";
import { printable } from "./render/printable.ts";
import { tailLines } from "./render/tail.ts";
import type { Ui } from "./ui.ts";

/** How many actors are told of: the first to fail, as a rule, is the one to look at. */
export const MOST_TOLD = 3;

/** Of actors without a run: most of them wait for one that has failed, and have said nothing. */
const MOST_LOOKED_AT = 20;

/** The last lines of one actor. */
export interface LastWords {
  readonly path: string;
  readonly lines: NodeDetails["lastLines"];
}

/** Where the logs of a tree are, and what is secret in them. */
export interface LogSource {
  readonly files: Files;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  readonly plan: Plan;
}

/**
 * Those of actors that have failed by themselves, from a supervisor that may be about to end.
 *
 * @param begunAt When the tree has begun, in milliseconds since 1970. An actor that has no run has said what its hook has
 *   said since then, or nothing: its log may have lines of an earlier tree.
 */
export async function lastWordsOf(
  client: ControlClient,
  source: LogSource,
  rows: readonly StatusRow[],
  begunAt: number,
): Promise<readonly LastWords[]> {
  // All lines so far are in the files then. A supervisor that does not answer has ended, and has written all of them before.
  await fromPromise(client.request("sync", {}).then(() => {}, () => {}));
  const actors = rows.filter(({ kind }) => kind !== "tree");
  const haveRun = actors.filter(({ exit, error }) => exit !== null || error !== null);
  const told = await keptLastWords(source, haveRun.slice(0, MOST_TOLD).map(({ path }) => path));
  const others = actors.filter((row) => !haveRun.includes(row)).slice(0, MOST_LOOKED_AT);
  for (const { path, lines } of await keptLastWords(source, others.map(({ path }) => path))) {
    const since = lines.filter(({ at }) => at >= begunAt * 1_000);
    if (since.length > 0 && told.length < MOST_TOLD) told.push({ path, lines: since });
  }
  return told;
}

/** Those of some actors. */
export async function keptLastWords(
  { files, folder, plan }: LogSource,
  paths: readonly string[],
): Promise<LastWords[]> {
  const mask = maskerFor(plan).text;
  const told: LastWords[] = [];
  for (const path of paths) {
    const lines = await fromPromise(readTail(files, folder, { path, count: TAIL_LINES, mask }));
    told.push({ path, lines: lines.map(({ at, stream, text, cut }) => ({ at, stream, text, cut })) });
  }
  return told;
}

/** Tells people. */
export async function tellLastWords(ui: Ui, words: readonly LastWords[]): Promise<void> {
  for (const { path, lines } of words) {
    if (lines.length === 0) continue;
    const texts = [`last lines of ${printable(path)}:`, ...tailLines(lines, ui.talkColumns, ui.err)];
    await fromPromise(ui.say(texts.join("\n")));
  }
}
