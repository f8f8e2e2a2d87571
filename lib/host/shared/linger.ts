/** How long the other side may take to close, once everything and the end were sent to it. */
const LINGER_MS = 10_000;

/**
 * Leaves a socket to be closed when the other side closes, for some time. To close it with bytes unread, or with more to
 * come, would reset the connection, and what is on its way to the other side could be lost.
 *
 * @returns How to stop waiting.
 */
export function linger(close: () => void): () => void {
  const timer = setTimeout(close, LINGER_MS);
  // Nobody waits for this: a program that is through may end.
  timer.unref();
  return () => clearTimeout(timer);
}
