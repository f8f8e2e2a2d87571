/** Variables that no file of ours may set. */

/** Whether supervise sets a variable itself. */
export function isReservedVariable(name: string): boolean {
  return /^(?:SUPERVISE_.*|NOTIFY_SOCKET|WATCHDOG_USEC|LISTEN_.*)$/.test(name);
}
