/** Does the acts on actors. Nothing is hit here that the look before has not shown to be the tree's. */
import { fromPromise } from "../bridge/from_promise.ts";
import { isSame } from "../host/alive.ts";
import type { Nursery } from "../scope/nursery.ts";
import { sleep } from "../scope/sleep.ts";
import type { Act } from "./act.ts";
import type { ChaosLog } from "./chaos_log.ts";
import type { ExpectedRecovery } from "./expected_recovery.ts";
import type { OpenAct, OpenActs } from "./open_acts.ts";
import type { ChaosOptions } from "./options.ts";
import type { Sighting } from "./sighting.ts";
import { recoveryDeadline } from "./wellness.ts";

/** The parts of a slowness: stopped, and let go. */
const SLICE_MS = 50;

/** The parts of a chaos that an act is told to. */
export interface StrikesParts {
  readonly log: ChaosLog;
  readonly open: OpenActs;
  readonly expected: ExpectedRecovery;
}

/** See the module. */
export class Strikes {
  readonly #options: Pick<ChaosOptions, "host" | "plan" | "watched" | "limits" | "holds">;
  readonly #parts: StrikesParts;

  constructor(
    options: Pick<ChaosOptions, "host" | "plan" | "watched" | "limits" | "holds">,
    parts: StrikesParts,
  ) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Begins an act on an actor. One that lasts goes on in the nursery. */
  async begin(nursery: Nursery, act: Act, sighting: Sighting): Promise<void> {
    const { plan, watched, limits } = this.#options;
    const { log, open, expected } = this.#parts;
    const begun = log.begin(act, act.kind === "kill" ? expected.after(act, sighting) : null);
    const deadlineMs = begun.atMs + (act.forMs ?? 0) +
      (limits.withinMs ?? recoveryDeadline(plan, act.path!, null));
    const one: OpenAct = { ...begun, deadlineMs, doneMs: null, wellMs: null };
    open.add(one);
    const told = log.tell(begun);
    if (act.forMs === null) {
      this.#strike(act, sighting);
      one.doneMs = watched.nowMs;
    } else nursery.startSoon(() => this.#strikeFor(one), { name: act.kind });
    await fromPromise(told);
  }

  /** Does at once what is done at once. */
  #strike({ kind, path, target }: Act, { seen }: Sighting): void {
    const { host } = this.#options;
    if (kind === "kill" || kind === "kill-descendant") host.processes.signal(target, "SIGKILL");
    if (kind !== "cut") return;
    const main = seen.find((one) => isSame(one, target));
    host.connections.cut(seen.filter((one) => one.path === path && one.run === main?.run && !one.isGuest));
  }

  /** Does what lasts. */
  async #strikeFor(open: OpenAct): Promise<void> {
    const { holds, watched } = this.#options;
    const { kind, target, forMs } = open.act;
    const endMs = watched.nowMs + forMs!;
    try {
      while (watched.nowMs < endMs) {
        if (!holds.stop(target)) break;
        await sleep(kind === "stop" ? forMs! : SLICE_MS);
        holds.letGo(target);
        if (kind === "slow") await sleep(SLICE_MS);
      }
    } finally {
      holds.letGo(target);
      open.doneMs = watched.nowMs;
    }
  }
}
