/** tinypool: threads, or processes, of which it is told to encode bytes as bytes. */
import { fileURLToPath } from "node:url";
import { Tinypool } from "tinypool";
import { buffersOf, type Call, type Contender, moduleUrl } from "./contender.ts";

export const contender: Contender = {
  async usePool({ kind, workers, isFull, hasBytes, isMoving }, body) {
    const pool = new Tinypool({
      filename: fileURLToPath(
        moduleUrl(isMoving ? "tinypool_moving" : "jobs_of_one"),
      ),
      runtime: kind === "thread" ? "worker_threads" : "child_process",
      minThreads: isFull ? workers : 0,
      maxThreads: workers,
      idleTimeout: 60_000,
      // With them its workers stop answering on Deno after some calls.
      useAtomics: !("Deno" in globalThis),
      ...(hasBytes ? { serialization: "advanced" } : {}),
    });
    const call: Call = (name, ...args) =>
      pool.run(
        args,
        isMoving ? { name, transferList: buffersOf(args) } : { name },
      );
    try {
      return await body(call);
    } finally {
      await pool.destroy();
    }
  },
};
