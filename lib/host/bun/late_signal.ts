/** Bun takes no signal for itself once it has started. */
export function onLateSignal(_callback: () => void): void {}
