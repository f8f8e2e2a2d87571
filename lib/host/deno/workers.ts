import type { Transferable } from "node:worker_threads";
import { nodeWorkerThreads } from "../shared/lazy_node.ts";
import { READY, type WorkerStarter } from "../shared/runtime_worker.ts";
import { THREAD_VERB } from "../shared/thread_verb.ts";

/** Threads of Deno by the class of Node: that of the web tells no exit code, and keeps the program running. */
export const workers: WorkerStarter = {
  // Asked to end a thread that computes, Deno says that it has ended, and lets it compute on for ever.
  interrupts: false,
  tellsRealEnd: false,
  start(entry, listener) {
    const worker = new (nodeWorkerThreads().Worker)(new URL(entry), { argv: [THREAD_VERB] });
    let error: string | null = null;
    worker.on("message", (message: unknown) => {
      if (message === READY) listener.onReady();
    });
    worker.on("error", (thrown: unknown) => {
      error ??= thrown instanceof Error ? thrown.message : String(thrown);
    });
    worker.on("exit", (code) => {
      listener.onEnd(error === null ? { how: "exited", code } : { how: "failed", error });
    });
    worker.unref();
    return {
      post: (ports) => worker.postMessage(ports, [ports.line, ports.life] as unknown as Transferable[]),
      terminate: () => void worker.terminate(),
    };
  },
};
