/** piscina: threads. */
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { buffersOf, type Call, type Contender, moduleUrl } from "./contender.ts";

export const contender: Contender = {
  async usePool({ workers, isFull, isMoving }, body) {
    const pool = new Piscina({
      filename: fileURLToPath(
        moduleUrl(isMoving ? "piscina_moving" : "jobs_of_one"),
      ),
      minThreads: isFull ? workers : 0,
      maxThreads: workers,
      idleTimeout: 60_000,
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
