import type { DoctorFinding, DoctorReport } from "../../daemon/doctor/doctor_report.ts";
import { LAYER_LABELS } from "../../engine/containment/layer.ts";
import type { Painter } from "./paint.ts";
import { wrapTo } from "./wrap.ts";

/** Where what belongs to a finding stands. */
const INDENT = " ".repeat("good  ".length);

/** The report of a doctor for people: two lines for each finding, and the verdict. */
export function renderDoctor(
  { ok, containment, findings }: DoctorReport,
  { columns, paint }: { readonly columns: number; readonly paint: Painter },
): string {
  const verdict = ok ? paint.green("the promises hold") : paint.yellow("the promises are weakened");
  return [
    ...findings.flatMap((finding) => renderFinding(finding, columns, paint)),
    `${verdict}; trees are contained by ${LAYER_LABELS[containment].label} (${containment})`,
  ].join("\n");
}

function renderFinding(
  { name, status, found, means, hint }: DoctorFinding,
  columns: number,
  paint: Painter,
): readonly string[] {
  const colour = status === "good" ? paint.green : status === "note" ? paint.dim : paint.yellow;
  const room = Math.max(1, columns - INDENT.length);
  const [first, ...more] = wrapTo(`${name}: ${found}`, room);
  const lines = [...more, ...wrapTo(means, room)];
  const hints = hint === null ? [] : wrapTo(`hint: ${hint}`, room);
  return [
    `${colour(status)}  ${first!.replace(name, () => paint.bold(name))}`,
    ...lines.map((line) => INDENT + line),
    ...hints.map((line, at) => INDENT + (at === 0 ? line.replace("hint", () => paint.cyan("hint")) : line)),
  ];
}
