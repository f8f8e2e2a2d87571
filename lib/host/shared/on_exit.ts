/** See `Program.onExit`. */
export function onExit(callback: () => void): () => void {
  let isTold = false;
  const tell = () => {
    if (!isTold) callback();
    isTold = true;
  };
  // Deno does not say that a program exits whose error nobody has caught.
  const tellOfError = () => {
    if (process.listenerCount("uncaughtException") === 0) tell();
  };
  process.on("exit", tell);
  process.on("uncaughtExceptionMonitor", tellOfError);
  return () => {
    process.off("exit", tell);
    process.off("uncaughtExceptionMonitor", tellOfError);
  };
}
