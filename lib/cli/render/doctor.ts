import type { DoctorReport, Finding } from "../../daemon/doctor/doctor_report.ts";
import { LAYER_LABELS } from "../../engine/containment/layer.ts";
import type { Painter } from "./paint.ts";

/** The report of a doctor for people: two lines for each finding, and the verdict. */
export function renderDoctor({ ok, containment, findings }: DoctorReport, paint: Painter): string {
  const verdict = ok ? paint.green("the promises hold") : paint.yellow("the promises are weakened");
  return [
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
    `${verdict}; trees are contained by ${LAYER_LABELS[containment].label} (${containment})`,
  ].join("\n");
}

function renderFinding({ name, status, found, means, hint }: Finding, paint: Painter): readonly string[] {
  const colour = status === "good" ? paint.green : status === "note" ? paint.dim : paint.yellow;
  const lines = [`${colour(status)}  ${paint.bold(name)}: ${found}`, `      ${means}`];
  return hint === null ? lines : [...lines, `      ${paint.cyan("hint")}: ${hint}`];
}
