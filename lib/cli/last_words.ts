/** What actors that have failed have said last, told with the reason. */
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
const MOST_TOLD = 3;

/** What one actor has said. */
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

/** Those of actors that have failed by themselves, from a supervisor that may be about to end. */
export async function lastWordsOf(
  client: ControlClient,
  source: LogSource,
  rows: readonly StatusRow[],
): Promise<readonly LastWords[]> {
  const failed = rows.filter(({ kind, exit, error }) => kind !== "tree" && (exit !== null || error !== null));
  // What has been said is in the files then; a supervisor that does not answer has ended, and has written all before.
  await fromPromise(client.request("sync", {}).then(() => {}, () => {}));
  return await keptLastWords(source, failed.slice(0, MOST_TOLD).map(({ path }) => path));
}

/** Those of some actors, the last of them. */
export async function keptLastWords(
  { files, folder, plan }: LogSource,
  paths: readonly string[],
): Promise<readonly LastWords[]> {
  const mask = maskerFor(plan).text;
  const told: LastWords[] = [];
  for (const path of paths.slice(-MOST_TOLD)) {
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
