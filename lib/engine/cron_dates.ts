/** When cron expressions come. The library for that is loaded only if a plan has any. */
import { ExitCode } from "../base/exit_code.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import type { CronTiming, Plan } from "../config/plan.ts";
import { type Calendar, NO_CALENDAR } from "../supervision/calendar.ts";

/** The first date after another that an expression names; see {@linkcode Calendar}. */
export type NextDate = Calendar["next"];

/** Loads the calendar of the dates of a plan. @throws {UserError} `config/bad-schedule` */
export async function loadCronDates({ nodes }: Plan): Promise<NextDate> {
  const timings = nodes.flatMap((node) => {
    const timing = node.kind === "tree" ? null : node.schedule?.timing ?? null;
    return timing !== null && "cron" in timing ? [timing] : [];
  });
  if (timings.length === 0) return NO_CALENDAR.next;
  const { Cron } = await import("croner");
  const known = new Map<string, InstanceType<typeof Cron>>();
  const expressionOf = ({ cron, timezone }: CronTiming) => {
    const key = `${timezone ?? ""} ${cron}`;
    const expression = known.get(key) ?? new Cron(cron, timezone === null ? {} : { timezone });
    known.set(key, expression);
    return expression;
  };
  for (const timing of timings) {
    try {
      expressionOf(timing);
    } catch (error) {
      throw new UserError(
        "config/bad-schedule",
        `The schedule ${JSON.stringify(timing.cron)} cannot be reckoned: ${messageOf(error)}`,
        { exitCode: ExitCode.badConfig, hint: "write it without what the message names" },
      );
    }
  }
  return (timing, date) => expressionOf(timing).nextRun(new Date(date))?.getTime() ?? null;
}
