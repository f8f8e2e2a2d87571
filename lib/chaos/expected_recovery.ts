/** The recoveries that the rules of the tree come to, for kills of processes of which the age is known. */
import { nodeAt, type NodeId } from "../config/plan.ts";
import { isSame, startedMs } from "../host/alive.ts";
import type { Act } from "./act.ts";
import { computedRecovery, type Durations, durationsIn } from "./computed.ts";
import type { ChaosOptions } from "./options.ts";
import type { Sighting } from "./sighting.ts";

/** See the module. */
export class ExpectedRecovery {
  readonly #options: Pick<ChaosOptions, "host" | "plan">;
  readonly #durations: Durations;
  readonly #base: ReadonlySet<string>;
  /** How long the runs of an actor have lived that were killed in a row. */
  readonly #lives = new Map<NodeId, readonly number[]>();

  /** @param base The actors that have to be well again after each act. */
  constructor(options: Pick<ChaosOptions, "host" | "plan" | "watched">, base: ReadonlySet<string>) {
    this.#options = options;
    this.#durations = durationsIn(options.plan, options.watched.history);
    this.#base = base;
  }

  /** The recovery from the kill of a main process, in milliseconds; null if it cannot be computed. */
  after({ path, target }: Act, { seen }: Sighting): number | null {
    const { plan, host } = this.#options;
    const spec = nodeAt(plan, path!);
    if (spec === undefined || spec.kind === "tree" || !seen.some((one) => isSame(one, target))) return null;
    const lifeMs = Math.max(0, host.boot().uptimeMs - startedMs(target));
    const earlier = lifeMs >= spec.backoff.resetAfterMs ? [] : this.#lives.get(path!) ?? [];
    const livesMs = [...earlier, lifeMs];
    this.#lives.set(path!, livesMs);
    return computedRecovery(plan, this.#durations, this.#base, { path: path!, livesMs });
  }
}
