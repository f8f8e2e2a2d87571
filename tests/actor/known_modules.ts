/** The modules that the actors of these tests run. */
import { type ActorModule, actorModule } from "../../mod.ts";

export const CALLS = known<typeof import("./modules/calls.ts")>("calls");
export const ERRORS = known<typeof import("./modules/errors.ts")>("errors");
export const CONTEXTS = known<typeof import("./modules/contexts.ts")>("contexts");
export const STREAMS = known<typeof import("./modules/streams.ts")>("streams");
export const LIFETIME = known<typeof import("./modules/lifetime.ts")>("lifetime");
export const SCHEMAS = known<typeof import("./modules/schemas.ts")>("schemas");
export const TREES = known<typeof import("./modules/trees.ts")>("trees");

function known<M>(name: string): ActorModule<M> {
  return actorModule<M>(new URL(`./modules/${name}.ts`, import.meta.url));
}
