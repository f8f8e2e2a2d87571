import { counted } from "../../base/counted.ts";
import type { Finding, Outcome } from "../../formats/finding.ts";
import type { Painter } from "./paint.ts";

const OUTCOMES: readonly Outcome[] = ["kept", "changed", "lost"];

/** What became of each line of a file, as people read it, and how many of each there are. Empty for none. */
export function renderFindings(findings: readonly Finding[], file: string, paint: Painter): string {
  if (findings.length === 0) return "";
  const counts = OUTCOMES.map((outcome) => {
    const count = findings.filter((finding) => finding.outcome === outcome).length;
    return `${counted(count, "line")} ${outcome}`;
  });
  return [...findingLines(findings, file, paint), counts.join(", ")].join("\n");
}

/** A line for each. @param file The file whose lines need not be told from those of another one. */
export function findingLines(findings: readonly Finding[], file: string, paint: Painter): readonly string[] {
  return findings.map((finding) => lineOf(finding, file, paint));
}

function lineOf({ outcome, file, line, from, to, why, hint }: Finding, main: string, paint: Painter): string {
  const place = [...(file === main ? [] : [file]), ...(line === null ? [] : [String(line)])].join(":");
  const head = outcome === "kept"
    ? paint.dim("kept   ")
    : outcome === "changed"
    ? paint.yellow("changed")
    : paint.red("lost   ");
  return [
    `${head} ${place === "" ? "" : `${place}: `}${from}`,
    ...(to === null ? [] : [` -> ${to}`]),
    ...(why === null ? [] : [`; ${why}`]),
    ...(hint === null ? [] : [`\n        ${paint.cyan("hint")}: ${hint}`]),
  ].join("");
}
