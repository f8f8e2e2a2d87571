/** How a tree ended, beside its record: for a client that waits for that and loses the connection in the moment of the end. */
import {
  decodeJsonOrNull,
  type JsonLimits,
  list,
  nullable,
  object,
  text,
  whole,
  word,
  wordOf,
} from "../base/shape.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { EndReport } from "../control/protocol.ts";
import { LAYER_NAMES } from "../engine/containment/layer.ts";
import { countsShape, receiptLineShape, survivorShape } from "../engine/containment/receipt_shapes.ts";
import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import { processIdShape } from "../host/ports/process_shapes.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** A receipt has a line for each of a thousand processes, with its whole command line. */
const REPORT_JSON: JsonLimits = { maxChars: 64 * 1_024 * 1_024, maxDepth: 16 };

const REPORT = object<EndReport>({
  outcome: wordOf({ completed: true, cancelled: true, failed: true, gave_up: true }),
  reason: nullable(text),
  exitCode: whole,
  processes: list(receiptLineShape),
  counts: countsShape,
  survivors: list(survivorShape),
  leftOnPurpose: list(survivorShape),
  own: list(processIdShape),
  instance: text,
  containment: word(...LAYER_NAMES),
});

/** Keeps the report of a tree that has ended, if there is room for it: a client that gets an answer does without. */
export function writeEndReport(host: Host, tree: TreeId, report: EndReport): void {
  try {
    host.files.replace(fileOf(tree), `${JSON.stringify(report)}\n`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

/** Waits for the end of a tree, which the supervisor tells or has left word of. @throws {UserError} */
export async function awaitEnd(host: Host, tree: TreeId, client: ControlClient): Promise<EndReport> {
  try {
    return await client.request("await_end", {});
  } catch (error) {
    const report = readEndReport(host, tree);
    const isLost = error instanceof UserError && error.code === "control/lost";
    // An earlier tree may have left word, too.
    if (!isLost || report === null || report.instance !== readRecord(host, tree)?.instance) throw error;
    return report;
  }
}

function readEndReport(host: Host, tree: TreeId): EndReport | null {
  try {
    // A machine that lost power may leave anything behind; a report that cannot be read tells nothing.
    return decodeJsonOrNull(REPORT, host.files.readOwn(fileOf(tree)) ?? "", REPORT_JSON);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return null;
  }
}

function fileOf({ runFolder }: TreeId): string {
  return `${runFolder}/end.json`;
}
