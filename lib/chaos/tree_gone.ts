/** Sees to it that nothing is left of a tree that has ended, by the act of chaos or by itself. */
import { nameSome } from "../base/name_some.ts";
import type { Act, OwnAct } from "./act.ts";
import type { ChaosLog } from "./chaos_log.ts";
import type { OpenActs } from "./open_acts.ts";
import type { ChaosOptions } from "./options.ts";
import { until } from "./until.ts";
import type { WatchedTree } from "./watched_tree.ts";

/** How long the processes of a tree may take to go. */
const GONE_WITHIN_MS = 30_000;

/** Kills supervisor or guardian of a tree that is to end with them. */
export async function endTree(
  { host, watched }: Pick<ChaosOptions, "host" | "watched">,
  log: ChaosLog,
  kind: OwnAct,
): Promise<void> {
  const { supervisor, guardian } = watched.ownByName();
  const target = kind === "kill-supervisor" ? supervisor : guardian;
  if (target === null) return;
  const act: Act = { kind, path: null, target, forMs: null };
  const begun = log.begin(act, null);
  await log.tell(begun);
  host.processes.signal(target, "SIGKILL");
  if (await isGoneInTime(watched, log)) {
    await log.close(begun, "gone", Math.round(watched.nowMs - begun.atMs));
  } else await log.close(begun, "not-well");
}

/** The supervisor has gone, and nobody of chaos has killed it. */
export async function concludeLost(watched: WatchedTree, log: ChaosLog, open: OpenActs): Promise<void> {
  await isGoneInTime(watched, log);
  const outcome = watched.outcome();
  const isWanted = outcome === "cancelled" || outcome === "completed";
  if (outcome === null) {
    await log.break("kept", null, "the supervisor has died, and chaos has not killed it");
  } else if (!isWanted) await log.break("recovery", null, `the tree has ended: ${outcome}`);
  await open.closeAll(isWanted ? "gone" : "not-well");
  log.end("ended");
}

/** Waits until nothing of the tree is alive. @returns Whether that came about. */
async function isGoneInTime(watched: WatchedTree, log: ChaosLog): Promise<boolean> {
  let left = "";
  const isGone = await until(watched, GONE_WITHIN_MS, () => {
    const { seen } = watched.sight();
    const own = watched.own();
    left = nameSome([
      ...seen.map(({ path, pid }) => `${path} (${pid})`),
      ...own.map(({ pid }) => `supervise (${pid})`),
    ]);
    return left === "";
  });
  if (!isGone) await log.break("nothing-left", null, `still alive: ${left}`);
  return isGone;
}
