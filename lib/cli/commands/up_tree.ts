/** `supervise up`, from the file on: its plan, what is told of it, and the tree. */
import { ExitCode } from "../../base/exit_code.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { Adopted } from "../../daemon/adopted.ts";
import { lookOnce } from "../../daemon/found.ts";
import { adjustPlan } from "../../daemon/load_plan.ts";
import type { Prepared } from "../../daemon/prepare_launch.ts";
import { pruneTrees } from "../../daemon/prune.ts";
import type { Context } from "../command.ts";
import { renderRest } from "../render/rest.ts";
import { requireLoaded } from "../require_plan.ts";
import { shortages, tellShort } from "../tell_short.ts";
import type { UpOrder } from "../up_order.ts";

/** How long what is no part of the tree may take to end where this is process 1. */
const REST_GRACE_MS = 2_000;

/** The part of an order that is known before the file is read. */
export interface EarlyOrder extends Pick<UpOrder, "options" | "listen" | "isPassing"> {
  /** Guardian and supervisor, if they have been started already. */
  readonly prepared: Prepared | null;
}

/** See the module. */
export async function upTree(
  context: Context,
  { options: asked, prepared, listen, isPassing }: EarlyOrder,
): Promise<number> {
  const { host, program, ui, args } = context;
  pruneTrees(host, program.uid);
  const found = new Map<string, unknown>();
  const loaded = await requireLoaded(context, asked.file, "refuse", { looks: lookOnce(host, found) });
  const plan = adjustPlan(loaded.plan, asked);
  await tellShort(ui, shortages(plan, host.facts(), program.uid === 0));
  const options = { ...asked, profiles: plan.profiles };
  const order: UpOrder = { tree: { ...loaded, plan, found }, options, prepared, listen, isPassing };
  const start = async () => {
    if (args.has("detach")) {
      const { upDetached } = await fromPromise(import("./up_detached.ts"));
      return await upDetached(context, order);
    }
    const { upForeground } = await fromPromise(import("./up_foreground.ts"));
    return await upForeground(context, order);
  };
  return program.pid === 1 ? await asInit(context, start) : await start();
}

/** Does what is asked of process 1 beside `start`, and after it. */
async function asInit({ host, ui }: Context, start: () => Promise<number>): Promise<number> {
  const adopted = new Adopted(host);
  const code = await start();
  const rest = await adopted.endRest(REST_GRACE_MS);
  const line = renderRest(rest);
  if (line !== null) await fromPromise(ui.say(line));
  return rest.survivors.length > 0 ? ExitCode.survivors : code;
}
