import { type Shape, text, where } from "./shape.ts";
import { type Signal, SIGNAL_NAMES } from "./signals.ts";

/** The name of a signal. */
export const signalShape: Shape<Signal> = where(
  text as Shape<Signal>,
  (name) => SIGNAL_NAMES.some((known) => known === name) || /^SIG([1-9]|[1-5]\d|6[0-4])$/.test(name),
  "the name of a signal",
);
