/** Has chance come out as it did: finds where it must have stood for restarts to have had their delays. PURE. */
import { draw } from "../../base/chance.ts";
import type { NodeId } from "../../config/plan.ts";
import { restartDelay } from "../../supervision/backoff.ts";
import type { State } from "../../supervision/state.ts";
import type { Stepped } from "../../supervision/turn.ts";
import type { Recording } from "./recording.ts";

/** How many places are tried. A delay of hours within its jitter is one of some hundred thousands. */
const MOST_TRIES = 10_000_000;

/** See the module. */
export class Redraw {
  readonly #delays: Recording["delays"];
  readonly #restarts = new Map<NodeId, number>();

  constructor(delays: Recording["delays"]) {
    this.#delays = delays;
  }

  /** The state from which the step comes out as it did; null if it has, or if no chance could have it so. */
  of(before: State, { state, effects }: Stepped): State | null {
    const drawn = effects.flatMap((effect) => {
      if (effect.type !== "record" || effect.entry.event !== "restarted") return [];
      const { node, data: { delayMs } } = effect.entry;
      return [{ wantedMs: this.#next(node) ?? delayMs, delayMs, ...backoffOf(state, node) }];
    });
    if (drawn.every(({ wantedMs, delayMs }) => wantedMs === delayMs)) return null;
    const isPossible = drawn.every(({ wantedMs, streak, backoff }) =>
      wantedMs >= restartDelay(streak, backoff, 0) && wantedMs <= restartDelay(streak, backoff, 1)
    );
    if (!isPossible) return null;
    for (let chance = 0; chance < MOST_TRIES; chance++) {
      let place = chance;
      const fits = drawn.every(({ wantedMs, streak, backoff }) => {
        const { value, next } = draw(place);
        place = next;
        return restartDelay(streak, backoff, value) === wantedMs;
      });
      if (fits) return { ...before, chance };
    }
    return null;
  }

  #next(node: NodeId): number | undefined {
    const index = this.#restarts.get(node) ?? 0;
    this.#restarts.set(node, index + 1);
    return this.#delays.get(node)?.[index];
  }
}

function backoffOf({ nodes, topology }: State, node: NodeId) {
  const { streak } = nodes.get(node)!;
  return { streak: Math.max(0, streak - 1), backoff: topology.byId.get(node)!.spec.backoff };
}
