/** Limits of resources: read, planned, and put in force. */
import {
  type Bound,
  isMore,
  type Resource,
  RESOURCE_NUMBERS,
  type ResourceLimit,
  type ResourceLimits,
} from "../../../base/resource_limits.ts";
import { onlyRoot, reasonOf, refusal } from "./refuse.ts";
import type { ShimCalls } from "./shim_calls.ts";

const INFINITY = 2n ** 64n - 1n;

/** A limit of this process that is to change. */
export interface LimitStep {
  /** Whether it takes a right that another user does not have. */
  readonly isRaise: boolean;
  /** @throws {SpawnError} */
  apply(): void;
}

/** Plans the changes; nothing is changed yet, and nothing is allocated later. */
export function planLimits(
  calls: ShimCalls,
  limits: ResourceLimits,
  openFiles: number,
): readonly LimitStep[] {
  const own: ResourceLimits = { ...limits };
  const steps = Object.entries(own).map(([name, limit]) =>
    planLimit(calls, name as Resource, limit, openFiles)
  );
  // A limit that the runtime has raised for itself is not for the program.
  return "nofile" in own
    ? steps
    : [...steps, planLimit(calls, "nofile", { soft: null, hard: null }, openFiles)];
}

function planLimit(
  calls: ShimCalls,
  name: Resource,
  { soft, hard }: ResourceLimit,
  openFiles: number,
): LimitStep {
  const number = RESOURCE_NUMBERS[name];
  const pair = new BigUint64Array(2);
  const bytes = new Uint8Array(pair.buffer);
  calls.call.prlimit(0, number, null, bytes);
  const [softBefore, hardBefore] = [boundOf(pair[0]!), boundOf(pair[1]!)];
  const newHard = hard ?? hardBefore;
  const kept = name === "nofile" ? openFiles : softBefore;
  const newSoft = soft ?? (isMore(kept, newHard) ? newHard : kept);
  pair.set([rawOf(newSoft), rawOf(newHard)]);
  const isRaise = isMore(newHard, hardBefore);
  const asked = hard !== null && isRaise ? hard : soft ?? hard;
  return {
    isRaise,
    apply() {
      if (calls.call.prlimit(0, number, bytes, null) === 0) return;
      const tooSoft = `the soft limit would be above the hard limit of ${newHard}`;
      const reason = isRaise ? reasonOf(calls.errno(), onlyRootRaises(name, hardBefore)) : tooSoft;
      throw refusal(`limits.${name} = ${asked}`, reason);
    },
  };
}

function onlyRootRaises(name: Resource, before: Bound): string {
  const reason = onlyRoot(`raise the hard limit of ${before}`, "CAP_SYS_RESOURCE");
  return name === "nofile" ? `${reason}, and to no more than fs.nr_open` : reason;
}

function boundOf(raw: bigint): Bound {
  return raw === INFINITY ? "unlimited" : Number(raw);
}

function rawOf(bound: Bound): bigint {
  return bound === "unlimited" ? INFINITY : BigInt(bound);
}
