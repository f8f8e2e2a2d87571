/** The present that is explained. PURE. */
import type { Instant } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import type { Calendar } from "../supervision/calendar.ts";

/** A process of a run. */
export interface Living {
  readonly path: NodeId;
  readonly pid: number;
  /** Name of its program, as the kernel has it. */
  readonly name: string;
  /** Whether it is stopped, or waits for the kernel, so that it does not answer signals but SIGKILL. */
  readonly isStill: boolean;
}

/** The instant and the date of an explanation. */
export interface Present {
  readonly now: Instant;
  /** In milliseconds since 1970. */
  readonly date: number;
  /** The dates of cron expressions. @default None ever comes. */
  readonly nextDate?: Calendar["next"];
  /** The living processes of an actor. @default Nobody looks. */
  readonly living?: (actor: NodeId) => readonly Living[];
}
