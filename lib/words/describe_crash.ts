import type { Crash } from "../supervision/crash.ts";

/** A crash in one line. */
export function describeCrash({ report }: Pick<Crash, "report">): string {
  return `held for inspection: ${report.split("\n", 1)[0]}`;
}
