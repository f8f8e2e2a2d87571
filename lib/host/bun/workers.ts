import { READY, type WorkerStarter } from "../shared/runtime_worker.ts";
import { THREAD_VERB } from "../shared/thread_verb.ts";

interface WebWorker {
  addEventListener(name: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    name: "error",
    listener: (event: { readonly message: string; preventDefault(): void }) => void,
  ): void;
  addEventListener(name: "close", listener: (event: { readonly code: number }) => void): void;
  postMessage(message: unknown, transfer: readonly unknown[]): void;
  terminate(): void;
  unref(): void;
}

type WebWorkerClass = new (
  entry: string,
  options: { readonly type: "module"; readonly argv: readonly string[] },
) => WebWorker;

/** Threads of Bun by the class of the web: in a thread, to load that of Node takes longer than all the rest of its start. */
export const workers: WorkerStarter = {
  interrupts: true,
  // Ports that were on their way to a thread when it was terminated are never closed.
  tellsRealEnd: true,
  start(entry, listener) {
    const { Worker } = globalThis as unknown as { readonly Worker: WebWorkerClass };
    const worker = new Worker(entry, { type: "module", argv: [THREAD_VERB] });
    let error: string | null = null;
    worker.addEventListener("message", ({ data }) => {
      if (data === READY) listener.onReady();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      error ??= messageIn(event.message);
    });
    worker.addEventListener("close", ({ code }) => {
      listener.onEnd(error === null ? { how: "exited", code } : { how: "failed", error });
    });
    worker.unref();
    return {
      post: (ports) => worker.postMessage(ports, [ports.line, ports.life]),
      terminate: () => worker.terminate(),
    };
  },
};

/** The message of an error as Bun shows it: behind the lines of the program where it was thrown, and its name. */
function messageIn(shown: string): string {
  return /^(?:error|[A-Z]\w*): (.+)$/m.exec(shown)?.[1] ?? shown;
}
