/** The shapes of words about processes, by which they are read from a file or another process. */
import { signalShape } from "../../base/signal_shape.ts";
import {
  count,
  nullable,
  number,
  object,
  processNumber,
  type Shape,
  text,
  variant,
  whole,
} from "../../base/shape.ts";
import type { ExitStatus, ProcessId, ProcessRow, ReapedOrphan } from "./processes.ts";

/** A process that cannot be mistaken for a later one with the same number. */
export const processIdShape: Shape<ProcessId> = object<ProcessId>({ pid: processNumber, startTime: number });

/** How a process ended. */
export const exitStatusShape: Shape<ExitStatus> = variant<"how", ExitStatus>("how", {
  exited: object({ code: whole }),
  signalled: object({ signal: signalShape }),
});

const processRow = object<ProcessRow>({
  pid: processNumber,
  startTime: number,
  parent: count,
  group: whole,
  session: whole,
  state: text,
  name: text,
  cpuMs: number,
  rss: number,
});

/** An orphan that died and was reaped. */
export const reapedOrphanShape: Shape<ReapedOrphan> = object<ReapedOrphan>({
  row: processRow,
  controlGroup: nullable(text),
  status: exitStatusShape,
});
