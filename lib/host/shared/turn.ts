/** Calls back in the next turn of the event loop, when everything that was ready has run. */
export function onNextTurn(callback: () => void): void {
  setImmediate(callback);
}

/** Resolves in the next turn of the event loop, when everything that was ready has run. */
export function nextTurn(): Promise<void> {
  return new Promise(onNextTurn);
}
