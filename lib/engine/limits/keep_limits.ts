import type { GroupLimits } from "../../config/plan.ts";
import { GroupError, type Lack } from "../../host/ports/control_groups.ts";
import type { RunId } from "../../supervision/state.ts";
import type { Layer } from "../containment/layer.ts";
import { type ActorLimit, limitsIn, type Unkept } from "./actor_limits.ts";

/** Limits the place of a run. @returns What cannot be kept. */
export function keepLimits(layer: Layer, run: RunId, limits: GroupLimits): readonly Unkept[] {
  return limitsIn(limits).flatMap((one) => {
    const lack = layer.lackOf(one.limit.on) ?? refusalOf(layer, run, one);
    return lack === null ? [] : [{ ...one, lack }];
  });
}

/** The limits of an actor that cannot be kept, as far as that is known before it starts. */
export function unkeptOf(layer: Pick<Layer, "lackOf">, limits: GroupLimits): readonly Unkept[] {
  return limitsIn(limits).flatMap((one) => {
    const lack = layer.lackOf(one.limit.on);
    return lack === null ? [] : [{ ...one, lack }];
  });
}

function refusalOf(layer: Layer, run: RunId, { limit }: ActorLimit): Lack | null {
  try {
    layer.limit(run, limit);
    return null;
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
    return { why: error.message, hint: "`supervise doctor` says what this machine allows" };
  }
}
