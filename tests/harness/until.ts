/** A watchdog against a hang, never a measure. */
const WATCHDOG_MS = 60_000;
/** Pauses between two looks grow: most waits are short, and in a long one looking would take the processor from what is awaited. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/** Returns when `look` is content. @param what For the error of the watchdog. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  await untilGiven(what, async () => await look() ? true : null);
}

/** Returns what `look` gives, once that is not null. @param what For the error of the watchdog. */
export async function untilGiven<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const watchdog = performance.now() + WATCHDOG_MS;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const given = await look();
    if (given !== null) return given;
    if (performance.now() > watchdog) throw new Error(`Watchdog: it never came that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
