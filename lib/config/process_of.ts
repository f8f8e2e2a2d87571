import { canonicalJson } from "../base/canonical_json.ts";
import { isSameData } from "../base/same_data.ts";
import { ACTOR_SPEC_KEYS } from "./changes/spec_keys.ts";
import type { ActorSpec } from "./plan.ts";

const PROCESS_KEYS = ACTOR_SPEC_KEYS.filter(({ effect }) => effect === "restart");

/** The part of a spec that makes its process, as a text: one that was started from something else is another. */
export function processOf(spec: ActorSpec): string {
  return canonicalJson(PROCESS_KEYS.map(({ of }) => of(spec)));
}

/** Whether two specs make the same process. */
export function isSameProcess(one: ActorSpec, other: ActorSpec): boolean {
  return one === other || PROCESS_KEYS.every(({ of }) => isSameData(of(one), of(other)));
}
