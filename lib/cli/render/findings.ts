import { counted } from "../../base/counted.ts";
import { folderOf } from "../../base/posix_path.ts";
import type { Finding, FindingOutcome } from "../../formats/finding.ts";
import type { Painter } from "./paint.ts";

const OUTCOMES: readonly FindingOutcome[] = ["kept", "changed", "lost"];

/**
 * The outcome of each line of a file, as people read it, and the number of each outcome. Empty for none. A hint is said once,
 * with the first line that it is for.
 */
export function renderFindings(findings: readonly Finding[], file: string, paint: Painter): string {
  if (findings.length === 0) return "";
  const counts = OUTCOMES.map((outcome) => {
    const count = findings.filter((finding) => finding.outcome === outcome).length;
    return `${counted(count, "line")} ${outcome}`;
  });
  return [...findingLines(findings, file, paint), counts.join(", ")].join("\n");
}

/** A line for each; a hint is said once. @param file The file whose lines need not be told from those of another one. */
export function findingLines(findings: readonly Finding[], file: string, paint: Painter): readonly string[] {
  const hints = new Set<string>();
  return findings.map((finding) => {
    const isNew = finding.hint !== null && !hints.has(finding.hint);
    if (finding.hint !== null) hints.add(finding.hint);
    return lineOf(finding, file, isNew, paint);
  });
}

function lineOf(
  { outcome, file, line, from, to, why, hint }: Finding,
  main: string,
  hasHint: boolean,
  paint: Painter,
): string {
  const place = [
    ...(file === main ? [] : [nearPath(file, folderOf(main))]),
    ...(line === null ? [] : [String(line)]),
  ].join(":");
  const head = outcome === "kept"
    ? paint.dim("kept   ")
    : outcome === "changed"
    ? paint.yellow("changed")
    : paint.red("lost   ");
  return [
    `${head} ${place === "" ? "" : `${place}: `}${from}`,
    ...(to === null ? [] : [` -> ${to}`]),
    ...(why === null ? [] : [`; ${why}`]),
    ...(hint === null || !hasHint ? [] : [`\n        ${paint.cyan("hint")}: ${hint}`]),
  ].join("");
}

/** Paths below a folder are told from there. */
function nearPath(path: string, folder: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
