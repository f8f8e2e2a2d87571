/** A watchdog against a hang, never a measure. */
const WATCHDOG_MS = 60_000;

/** Returns when `look` is content. @param what For the error of the watchdog. */
export async function until(what: string, look: () => boolean): Promise<void> {
  const watchdog = performance.now() + WATCHDOG_MS;
  while (!look()) {
    if (performance.now() > watchdog) throw new Error(`Watchdog: it never came that ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
