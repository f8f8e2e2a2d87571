/** How a tree ended, beside its record: for whoever waits for that and loses the connection in the moment of the end. */
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { EndReport } from "../control/protocol.ts";
import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** Keeps the report of a tree that has ended, if there is room for it: whoever is answered does without. */
export function writeEndReport(host: Host, tree: TreeId, report: EndReport): void {
  try {
    host.files.replace(fileOf(tree), `${JSON.stringify(report)}\n`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

/** Waits for the end of a tree, be it that the supervisor tells of it or that it has left word. @throws {UserError} */
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
    const text = host.files.readOwn(fileOf(tree));
    const report = text === null ? null : JSON.parse(text) as Partial<EndReport> | null;
    return typeof report?.instance === "string" ? report as EndReport : null;
  } catch {
    // A machine that lost power may leave anything behind; what cannot be read tells nothing.
    return null;
  }
}

function fileOf({ runFolder }: TreeId): string {
  return `${runFolder}/end.json`;
}
