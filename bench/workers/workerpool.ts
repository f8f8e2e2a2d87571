/** workerpool: threads, or processes, of which it is told to encode bytes as bytes. */
import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { buffersOf, type Call, type Contender, moduleUrl } from "./contender.ts";

export const contender: Contender = {
  async usePool({ kind, workers, isFull, hasBytes, isMoving }, body) {
    const pool = workerpool.pool(fileURLToPath(moduleUrl("workerpool_jobs")), {
      workerType: kind,
      minWorkers: isFull ? workers : 0,
      maxWorkers: workers,
      ...(hasBytes ? { forkOpts: { serialization: "advanced" } } : {}),
    });
    const call: Call = async (name, ...args) =>
      await pool.exec(
        isMoving && name === "give" ? "giveMoved" : name,
        args,
        isMoving ? { transfer: buffersOf(args) } : {},
      );
    try {
      return await body(call);
    } finally {
      await pool.terminate(true);
    }
  },
};
