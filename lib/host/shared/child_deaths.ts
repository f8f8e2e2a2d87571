/** Calls back whenever a child may have died; signals of the same kind run together, so one call may stand for many. */
export function onChildDeath(callback: () => void): () => void {
  process.on("SIGCHLD", callback);
  return () => process.off("SIGCHLD", callback);
}
