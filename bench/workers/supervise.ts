/** supervise: threads or processes. How many run at once is up to the caller; bytes are not moved. */
import { actorModule, openWorkerContext, run, runSync } from "supervise";
import { type Call, type Contender, type Jobs, moduleUrl } from "./contender.ts";

const MODULE = actorModule<Jobs>(moduleUrl("jobs"));

export const contender: Contender = {
  usePool({ kind }, body) {
    return run(() =>
      openWorkerContext({ workerType: kind }, async (context) => {
        const call: Call = async (name, ...args) => await runSync(MODULE, name, args, { context });
        return await body(call);
      })
    );
  },
};
