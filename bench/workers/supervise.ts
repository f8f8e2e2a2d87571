/** supervise: threads or processes. How many run at once is up to the caller; threads share bytes. */
import { actorModule, openWorkerContext, run, runSync, type WorkerContext } from "supervise";
import { type Call, type Contender, type Jobs, moduleUrl } from "./contender.ts";

type SharingJobs = typeof import("./sharing_jobs.ts");

const MODULE = actorModule<Jobs>(moduleUrl("jobs"));
const SHARING = actorModule<SharingJobs>(moduleUrl("sharing_jobs"));

export const contender: Contender = {
  sharesMemory: true,
  usePool({ kind, isMoving }, body) {
    return inRun(() =>
      openWorkerContext(
        { workerType: kind },
        async (context) => await body(isMoving ? sharing(context) : copying(context)),
      )
    );
  },
};

let isRunning = false;

/** A pool may be opened while there is another one. */
async function inRun<T>(body: () => Promise<T>): Promise<T> {
  if (isRunning) return await body();
  isRunning = true;
  return await run(body).finally(() => isRunning = false);
}

function copying(context: WorkerContext): Call {
  const call = async (name: keyof Jobs, ...args: readonly unknown[]) =>
    await runSync(MODULE, name, args as never, { context });
  return call as unknown as Call;
}

/** Views are for either side to make: memory is what crosses. */
function sharing(context: WorkerContext): Call {
  const call = async (name: string, ...args: readonly unknown[]) => {
    const memory = args.map((arg) => arg instanceof Uint8Array ? arg.buffer : arg);
    const result: unknown = await runSync(
      SHARING,
      name as keyof SharingJobs,
      memory as never,
      { context },
    );
    return result instanceof SharedArrayBuffer ? new Uint8Array(result) : result;
  };
  return call as unknown as Call;
}
