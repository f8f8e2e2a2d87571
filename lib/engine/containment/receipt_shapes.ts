/** The shapes of receipts, by which one is read from a file or a socket. */
import {
  boolean,
  count,
  nullable,
  object,
  processNumber,
  type Shape,
  text,
  whole,
  wordOf,
} from "../../base/shape.ts";
import { signalShape } from "../../base/signal_shape.ts";
import type { Counts, ReceiptLine, Survivor } from "./ledger.ts";

/** The fate of a process. */
export const receiptLineShape: Shape<ReceiptLine> = object<ReceiptLine>({
  pid: processNumber,
  path: nullable(text),
  command: text,
  ended: wordOf({ exit: true, signal: true, killed: true, gone: true }),
  code: nullable(whole),
  signal: nullable(signalShape),
  orphan: boolean,
});

/** A process that is still there. */
export const survivorShape: Shape<Survivor> = object<Survivor>({
  pid: processNumber,
  command: text,
  why: text,
});

/** How many processes have ended, and how. */
export const countsShape: Shape<Counts> = object<Counts>({
  total: count,
  exit: count,
  signal: count,
  killed: count,
  gone: count,
  orphans: count,
});
