/** The parts of an explanation, as sentences for people under one word each. */
import type { Explanation } from "../../explanation/explanation.ts";
import { adviceLines } from "./advice_lines.ts";
import { aliveLines } from "./alive_lines.ts";
import { forecastSentences } from "./forecast_sentences.ts";
import type { PlaceOf } from "./key_text.ts";
import { leftLines } from "./left_lines.ts";
import { nextLines } from "./next_lines.ts";
import { nowLines } from "./now_lines.ts";
import { insideLines, waitLines } from "./wait_lines.ts";

/** A part of an explanation. The first line of several may be followed by indented ones. */
export interface Part {
  readonly about: "now" | "waits" | "inside" | "alive" | "next" | "left" | "if" | "do";
  readonly lines: readonly string[];
}

/** See the module. Parts without a line are left out. */
export function explanationParts(explanation: Explanation, placeOf: PlaceOf): readonly Part[] {
  const parts: readonly Part[] = [
    { about: "now", lines: nowLines(explanation) },
    { about: "waits", lines: waitLines(explanation) },
    { about: "inside", lines: insideLines(explanation) },
    { about: "alive", lines: aliveLines(explanation) },
    { about: "next", lines: nextLines(explanation, placeOf) },
    { about: "left", lines: leftLines(explanation, placeOf) },
    { about: "if", lines: ifLines(explanation) },
    { about: "do", lines: adviceLines(explanation) },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

function ifLines({ forecast, roots }: Explanation): readonly string[] {
  return [
    ...forecast === null ? [] : forecastSentences(forecast),
    ...roots.flatMap(({ path, forecast }) =>
      forecast === null ? [] : [`${path}: ${forecastSentences(forecast).join("; ")}`]
    ),
  ];
}
