import { maskerFor } from "../config/mask.ts";
import type { Plan } from "../config/plan.ts";

/** Words that are made of the plan itself, without the secrets in it. */
export function maskWords(plan: Plan, text: string | null): string | null {
  return text === null ? null : maskerFor(plan).text(text);
}
