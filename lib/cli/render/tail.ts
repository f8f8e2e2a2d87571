/** The last lines of an actor, told apart by their streams. */
import type { LogLine } from "../../engine/logs/log_format.ts";
import { cutTo } from "./cut.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";

const TAGS: Readonly<Record<LogLine["stream"], string>> = { stdout: "out", stderr: "err", supervise: "sup" };

/** A line each, no longer than the terminal is wide. */
export function tailLines(
  lines: readonly Omit<LogLine, "path">[],
  columns: number,
  paint: Painter,
): readonly string[] {
  return lines.map(({ stream, text, cut }) => {
    const tag = stream === "stderr" ? paint.red(TAGS[stream]) : paint.dim(TAGS[stream]);
    const shown = cutTo(`${printable(text)}${cut ? "..." : ""}`, Math.max(1, columns - 8));
    return `    ${tag} ${shown}`.trimEnd();
  });
}
