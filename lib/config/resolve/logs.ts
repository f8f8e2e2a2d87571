/** Compiles `log` of several actors. */
import type { Report } from "../report.ts";
import { quote } from "../wording.ts";
import type { ActorNode, Node } from "./nodes.ts";

/** A log of the user's, or one that it was before it was rotated. */
const ROTATED = /\.\d+(?:\.gz)?$/;

/** Refuses a file that two actors are to log to: each would rotate it under the other. */
export function rejectSharedLogs(nodes: readonly Node[], report: Report): void {
  const holders = new Map<string, ActorNode>();
  for (const node of nodes) {
    const value = node.kind === "actor" ? node.declared.fields.log?.value : undefined;
    const file = typeof value === "object" ? value.fields.file : undefined;
    if (node.kind === "tree" || file === undefined) continue;
    const name = file.value.replace(ROTATED, "");
    const holder = holders.get(name);
    if (holder === undefined) {
      holders.set(name, node);
      continue;
    }
    const isReplica = holder.sharedPath === node.sharedPath;
    report.add("config/duplicate-log", file.at, `${quote(holder.path)} logs to ${quote(name)}, too`, {
      expected: "a file for each actor",
      hint: isReplica ? "write ${replica} into its name" : "give each a file of its own",
    });
  }
}

/** Warns of a format of an actor's own that no file has. */
export function warnOfUnusedFormats(nodes: readonly Node[], report: Report): void {
  for (const node of nodes) {
    if (node.kind === "tree" || !node.declared.isSound) continue;
    const log = node.declared.fields.log?.value;
    if (typeof log !== "object" || log.fields.format === undefined || log.fields.file !== undefined) continue;
    const message = "format says what a file looks like, and there is no file";
    report.add("config/format-without-file", log.fields.format.keyAt, message, {
      hint: "the files of a tree have a format of their own: name a file beside it, or use `logs --json`",
    });
  }
}
