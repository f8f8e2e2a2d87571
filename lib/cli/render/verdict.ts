/** The verdict on an expectation, as a line and as data. */
import type { Judged } from "../../simulation/expect/judge.ts";
import { describeBroken } from "../../words/describe_verdict.ts";
import type { Painter } from "./paint.ts";

/** As a line for people. */
export function renderVerdict({ expectation, verdict }: Judged, paint: Painter): string {
  if (verdict.is === "kept") return `${paint.green("kept")}: ${expectation.text}`;
  if (verdict.is === "open") return `${paint.yellow("open")}: ${expectation.text}`;
  return `${paint.red("broken")}: ${expectation.text}\n  ${describeBroken(expectation, verdict.why)}`;
}

/** As data, for JSON; times are in milliseconds since the beginning. */
export function verdictFields({ expectation, verdict }: Judged): Readonly<Record<string, unknown>> {
  if (verdict.is !== "broken") return { text: expectation.text, is: verdict.is };
  const { path, atMs, seen, entry } = verdict.why;
  return {
    text: expectation.text,
    is: "broken",
    reason: describeBroken(expectation, verdict.why),
    path,
    atMs,
    seen: seen === null ? null : { sinceMs: seen.fromMs, ...seen.fact },
    seq: entry?.seq ?? null,
  };
}
