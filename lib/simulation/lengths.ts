/** How long may be simulated. PURE. */
import type { NumberRange } from "../base/number_range.ts";

/** Longer courses than a month say nothing more. */
export const LENGTHS: NumberRange = { least: 1, most: 31 * 24 * 3_600_000 };
