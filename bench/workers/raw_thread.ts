/** The floor of threads: the runtime's own workers and postMessage, nothing else. */
import { Worker } from "node:worker_threads";
import { buffersOf, type Call, type Contender, moduleUrl } from "./contender.ts";

/** As much of a worker as is needed; each runtime's own, as node:worker_threads is on top of it on Bun and on Deno. */
interface Thread {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
}

/** A worker, and who waits for its answers, in order. */
interface Lane {
  readonly thread: Thread;
  readonly waiting: ((answer: unknown) => void)[];
}

export const contender: Contender = {
  async usePool({ workers, isFull, isMoving }, body) {
    const lanes: Lane[] = isFull ? Array.from({ length: workers }, start) : [];
    const call: Call = (name, ...args) => {
      const lane = laneFor(lanes, workers);
      // Whoever answers is the function of that name.
      const answer = new Promise<unknown>((resolve) => lane.waiting.push(resolve)) as ReturnType<typeof call>;
      lane.thread.postMessage(
        [name, args, isMoving],
        isMoving ? buffersOf(args) : [],
      );
      return answer as never;
    };
    try {
      return await body(call);
    } finally {
      for (const { thread } of lanes) await thread.terminate();
    }
  },
};

/** The one that has the least to do, or one more while there may be. */
function laneFor(lanes: Lane[], most: number): Lane {
  const least = lanes.toSorted((a, b) => a.waiting.length - b.waiting.length)[0];
  if (
    least !== undefined && (least.waiting.length === 0 || lanes.length >= most)
  ) return least;
  const lane = start();
  lanes.push(lane);
  return lane;
}

function start(): Lane {
  const url = moduleUrl("raw_thread_peer");
  const waiting: Lane["waiting"] = [];
  const settle = (answer: unknown) => waiting.shift()!(answer);
  if (!("Bun" in globalThis || "Deno" in globalThis)) {
    return { thread: new Worker(url).on("message", settle), waiting };
  }
  const { Worker: WebWorker } = globalThis as unknown as {
    Worker: new (url: URL, options: { type: "module" }) => Thread & {
      onmessage: (event: { data: unknown }) => void;
    };
  };
  const thread = new WebWorker(url, { type: "module" });
  thread.onmessage = ({ data }) => settle(data);
  return { thread, waiting };
}
