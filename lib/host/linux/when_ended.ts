import type { ReadySet } from "./ready_set.ts";

/** A process to wait for. */
export interface AwaitedEnd {
  readonly readySet: ReadySet;
  /** A descriptor that holds on to it and is readable once it has ended; null if there is no process of its number. */
  readonly hold: () => number | null;
  readonly letGo: (descriptor: number) => void;
  /** Whether the process of its number is still the one that is meant, at least as a zombie. */
  readonly isThere: () => boolean;
}

/** When to try again if no descriptor is left, as in a storm of ends. */
const LACK_MS = 500;

/** Calls back once, in a later turn, when a process has ended; returns how to stop that. */
export function whenEnded(ending: AwaitedEnd, callback: () => void): () => void {
  let stop = () => {};
  const begin = () => {
    try {
      stop = watch(ending, callback) ?? later(0, callback);
    } catch {
      stop = later(LACK_MS, begin);
    }
  };
  begin();
  return () => stop();
}

/** Null if it has ended already. @throws {Error} If no descriptor is left. */
function watch({ readySet, hold, letGo, isThere }: AwaitedEnd, callback: () => void): (() => void) | null {
  readySet.prepare();
  const descriptor = hold();
  if (descriptor === null) return null;
  // The descriptor holds on to one process, and that is the one that is meant, or never was.
  if (!isThere()) {
    letGo(descriptor);
    return null;
  }
  const waiter = readySet.add(descriptor, false);
  let isHeld = true;
  const stop = () => {
    if (!isHeld) return;
    isHeld = false;
    waiter.forget();
    letGo(descriptor);
  };
  waiter.ask(() => {
    stop();
    callback();
  });
  return stop;
}

function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
