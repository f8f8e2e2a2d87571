import { formatSize } from "../base/size.ts";
import type { GroupLimits } from "./plan.ts";

/** A key of `cgroup` that limits something. */
export type LimitKey = "memory_max" | "cpu_max" | "pids_max";

/** The value of one limit as a file has it: `64MiB`, `50%`, `100`; null if it is not limited. */
export function limitText(limits: GroupLimits, key: LimitKey): string | null {
  const { memoryMaxBytes, cpuMaxPercent, pidsMax } = limits;
  switch (key) {
    case "memory_max":
      return memoryMaxBytes === null ? null : formatSize(memoryMaxBytes);
    case "cpu_max":
      return cpuMaxPercent === null ? null : `${cpuMaxPercent}%`;
    case "pids_max":
      return pidsMax === null ? null : String(pidsMax);
  }
}

/** The limits of an actor's processes together, for people: `memory_max 64MiB, pids_max 100`. */
export function describeGroupLimits(limits: GroupLimits): string {
  const texts = (["memory_max", "cpu_max", "pids_max"] as const)
    .map((key) => [key, limitText(limits, key)] as const)
    .filter(([, text]) => text !== null)
    .map(([key, text]) => `${key} ${text}`);
  return `${texts.join(", ")}${limits.required ? ", required" : ""}`;
}
